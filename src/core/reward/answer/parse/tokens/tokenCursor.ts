import type { StepBudget } from '../../budget.ts'
import { NotGradable } from '../../budget.ts'
import type { Token } from './token.ts'

const maxDepth = 50

/** A place in a list of tokens. One is made per parse; reading moves it on. */
export class TokenCursor {
  readonly #tokens: Token[]
  readonly #budget: StepBudget
  #at = 0
  #depth = 0
  #isInsideBars = false

  constructor(tokens: readonly Token[], budget: StepBudget) {
    this.#tokens = [...tokens]
    this.#budget = budget
  }

  peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#at + ahead]
  }

  next(): Token {
    this.#budget.spend()
    const token = this.#tokens[this.#at]
    if (token === undefined) throw new NotGradable('the formula ends too early')
    this.#at++
    return token
  }

  isAt(kind: Token['kind'], text: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return token?.kind === kind && token.text === text
  }

  isSymbol(text: string, ahead = 0): boolean {
    return this.isAt('symbol', text, ahead)
  }

  /** Moves on if that symbol comes next. */
  takeSymbol(text: string): boolean {
    if (!this.isSymbol(text)) return false
    this.next()
    return true
  }

  expectSymbol(text: string): void {
    if (!this.takeSymbol(text))
      throw new NotGradable(`expected ${text}, got ${this.peek()?.text ?? 'the end'}`)
  }

  /** TeX takes one character as an argument without braces: leaves the rest of `12` as a token of its own. */
  takeDigit(): string {
    const token = this.next()
    const rest = token.text.slice(1)
    if (rest !== '') this.#tokens.splice(this.#at, 0, { ...token, text: rest, gap: 'none' })
    return token.text.charAt(0)
  }

  nested<T>(read: () => T): T {
    this.#budget.spend()
    if (++this.#depth > maxDepth) throw new NotGradable(`nested deeper than ${maxDepth}`)
    const result = read()
    this.#depth--
    return result
  }

  /** Whether a `|` closes here rather than opens. */
  get isInsideBars(): boolean {
    return this.#isInsideBars
  }

  /** Reads what stands inside |…| (true) or inside other brackets (false). */
  withBars<T>(isInsideBars: boolean, read: () => T): T {
    const outside = this.#isInsideBars
    this.#isInsideBars = isInsideBars
    const result = this.nested(read)
    this.#isInsideBars = outside
    return result
  }

  get isDone(): boolean {
    return this.#at >= this.#tokens.length
  }
}
