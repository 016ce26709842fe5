/**
 * Marks around an answer that say nothing: Markdown, quotes, HTML tags, environments of one line, "Answer:".
 */

const maxRounds = 6

/** Without the opening of a code block and the name of its language. */
export function withoutFence(text: string): string {
  return text.replace(/^\s*```[A-Za-z]*[^\S\n]*\n/, '')
}

/** What every rule below needs to find; most answers have none of it. */
const anyMark =
  /[*_`'<]|\\(?:begin|verb|"|(?:text|math)(?:bf|rm)?\{)|^\s*[=:]|\/-\s*$|ans|答|resp|répons|antw|rispos|ответ/i

/** @param text  in plain characters, on one line */
export function withoutMarks(text: string): string {
  let inner = text.trim()
  if (!anyMark.test(inner)) return inner
  for (let round = 0; round < maxRounds; round++) {
    const unwrapped = rules.reduce((held, [pattern, put]) => held.replace(pattern, put), inner)
    const next = unwrapped.replace(environment, (_, __, content: string) => oneLine(content)).trim()
    if (next === inner) break
    inner = next
  }
  return inner
}

const tags = 'answer|final_answer|b|strong|i|em|u|code|pre|span|p|div|font|mark|math|center|small|big|kbd|q'
const environment =
  /^\\begin\{(align|aligned|alignat|equation|gather|gathered|split|math|displaymath|center|flalign|multline|eqnarray)\*?\}(.*)\\end\{\1\*?\}$/
/** Behind a closing mark: the end, room, punctuation, a closing bracket. */
const behind = '(?=$|[\\s.,;:)\\]}\\\\])'

const rules: readonly (readonly [pattern: RegExp, put: string])[] = [
  [/\\(["'])/g, '$1'],
  [/\\verb\*?([|+!])(.*?)\1/g, '$2'],
  [/<sup>([^<>]*)<\/sup>/gi, '^{$1}'],
  [/<sub>([^<>]*)<\/sub>/gi, '_{$1}'],
  // only in pairs: a<b>c is a chain of inequalities
  [new RegExp(`<(${tags})(?:\\s[^<>]*)?>((?:(?!</\\1\\s*>).)*)</\\1\\s*>`, 'gi'), '$2'],
  [/^<(?:final_)?answer>|<\/(?:final_)?answer>$|^<br\s*\/?>|<br\s*\/?>$/gi, ''],
  [/^(?:``|'')([^`']*)''(?=[.,;:]?$)/, '$1'],
  [/^`([^`']*)'(?=[.,;:]?$)/, '$1'],
  [/^'\s*([^']+?)\s*'(?=[.,;:]?$)/, '$1'],
  // no prime: a quote that opens stands behind room or an opening bracket
  [new RegExp(`(^|[\\s,;:=([{])'([^'\\s](?:[^']*[^'\\s])?)'${behind}`, 'g'), '$1$2'],
  // Markdown's own rule keeps powers apart: 2**3**4 and 2 ** 3 have no bold in them
  [new RegExp(`(^|[\\s=:,;([{])\\*\\*([^\\s*](?:[^*]*[^\\s*])?)\\*\\*${behind}`, 'g'), '$1$2'],
  [new RegExp(`(^|[\\s=:,;([{])__([^\\s_](?:(?:(?!__).)*[^\\s_])?)__${behind}`, 'g'), '$1$2'],
  [/^\*\*|\*\*$|^__|__$/g, ''],
  [/^\*([^\s*](?:[^*]*[^\s*])?)\*(?=[.,;:]?$)/, '$1'],
  [/^_([^\s_](?:[^_]*[^\s_])?)_(?=[.,;:]?$)/, '$1'],
  [
    /^\\(?:text|textbf|mathrm|mathbf)\{\s*(?:the )?(?:final )?(?:answer|ans\.?)(?:\s+is)?\s*:?\s*\}\s*[:=]?(?=.*\w)/i,
    '',
  ],
  [
    /^(?:(?:so|thus|hence|therefore),? )?(?:the )?(?:final )?(?:answer|ans\.?)(?:\s+is\b\s*:?|\s*[:=])(?=.*\w)/i,
    '',
  ],
  [
    /^(?:答案|解答|答)(?:是|为|為)?\s*:?(?=.*\w)|^(?:respuesta|réponse|antwort|resposta|risposta|ответ)\s*[:=](?=.*\w)/i,
    '',
  ],
  [/^[:=](?!=)/, ''],
  // 500/- as prices are written in India
  [/(?<=\d)\/-$/, ''],
]

function oneLine(content: string): string {
  const line = content.replace(/\\\\\s*$/, '')
  return line.includes('\\\\') ? content : line.replaceAll('&', '')
}
