export interface Token {
  /**
   * `number`: digits with at most one point · `letter`: one letter · `command`: name without the backslash ·
   * `text`: words, lower case · `begin`, `end`: of an environment · `symbol`: anything else
   */
  readonly kind: 'number' | 'letter' | 'command' | 'text' | 'begin' | 'end' | 'symbol'
  readonly text: string
  /** Room before it; `thin` is TeX's thin space. */
  readonly gap: 'none' | 'thin' | 'space'
}

export function symbolToken(text: string, gap: Token['gap'] = 'none'): Token {
  return { kind: 'symbol', text, gap }
}

export function isSymbol(token: Token | undefined, text: string): boolean {
  return token?.kind === 'symbol' && token.text === text
}

export function isJoiner(token: Token): boolean {
  return token.kind === 'text' && (token.text === 'and' || token.text === 'or')
}

/** The same tokens give the same key, whatever the spaces between them. */
export function tokensKey(tokens: readonly Token[]): string {
  return tokens
    .filter((_, i) => !isIdleBrace(tokens, i))
    .map((token) => `${token.kind} ${token.text}`)
    .join('\n')
}

/**
 * Of `^{2}` and `_{2}`: the brace around one token says nothing. Elsewhere it may: \frac{12}{3} is not
 * \frac12 3.
 */
function isIdleBrace(tokens: readonly Token[], at: number): boolean {
  const { kind, text } = tokens[at]
  if (kind !== 'symbol' || (text !== '{' && text !== '}')) return false
  const open = text === '{' ? at : at - 2
  const isScript = tokens[open - 1]?.kind === 'symbol' && '^_'.includes(tokens[open - 1].text)
  return (
    isScript &&
    tokens[open].text === '{' &&
    tokens[open + 2]?.text === '}' &&
    tokens[open + 1].kind !== 'symbol'
  )
}
