import type { ChatMessage } from '../../../core/tokens/tokenizer.ts'
import { BoundedInterpreter } from './boundedInterpreter.ts'
import { Environment, parse, tokenize, type Node, type Scope } from './jinja.ts'
import { RenderBudget } from './renderBudget.ts'
import { formatDay } from './strftime.ts'
import { markOutputs } from './templateParts.ts'

/** The longest templates in use have about 20,000 characters. */
const longestSource = 200_000
/** The engine's reader takes the square of a run of white space. */
const longestWhiteRun = 2_000

/** What a template finds beside the conversation. */
export interface TemplateVariables {
  /** `2024-07-26`: what a template takes for today, so that no prompt depends on the day it is made. */
  readonly day: string
  /** Special tokens by the names they have in tokenizer_config.json: `bos_token`. */
  readonly specialTokens: Readonly<Record<string, string>>
}

/** A model's chat template: a Jinja program by whoever made the folder, run with a limit on what it costs. */
export class ChatTemplate {
  readonly #source: string
  readonly #variables: TemplateVariables
  #program: Node | null = null

  /** @param source  is read when it is first rendered: a model may be used without its template */
  constructor(source: string, variables: TemplateVariables) {
    // as Jinja and Python's text files have it
    this.#source = source.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n')
    this.#variables = variables
  }

  /** @throws Error in words: what the template raises, what it asked too much of, or what is wrong with it */
  render(messages: readonly ChatMessage[], addGenerationPrompt: boolean): string {
    try {
      this.#program ??= readTemplate(this.#source)
      const characters = messages.reduce((sum, { content }) => sum + content.length, 0)
      const budget = new RenderBudget(characters)
      const scope = globals(budget, this.#variables)
      scope.set('messages', messages)
      scope.set('add_generation_prompt', addGenerationPrompt)
      const { value } = new BoundedInterpreter(scope, budget).run(this.#program)
      return String(value)
    } catch (thrown) {
      if (thrown instanceof RangeError) throw new Error('it nests too deeply', { cause: thrown })
      throw thrown
    }
  }
}

function readTemplate(source: string): Node {
  if (source.length > longestSource) {
    throw new Error(`it has ${source.length} characters, more than ${longestSource}`)
  }
  if (new RegExp(`\\s{${longestWhiteRun}}`).test(source)) {
    throw new Error(`it has more than ${longestWhiteRun} white characters in a row`)
  }
  // the settings that transformers compiles chat templates with
  return markOutputs(parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true })))
}

function globals(budget: RenderBudget, { day, specialTokens }: TemplateVariables): Scope {
  const scope = new Environment()
  const constants = { true: true, True: true, false: false, False: false, none: null, None: null }
  for (const [name, value] of Object.entries(constants)) scope.set(name, value)
  for (const [name, token] of Object.entries(specialTokens)) scope.set(name, token)
  scope.set('tools', null)
  scope.set('documents', null)
  // Llama 3 asks for this one before it asks the clock
  scope.set('date_string', formatDay(day, '%d %b %Y'))
  scope.set('strftime_now', (format: unknown) => formatDay(day, String(format)))
  scope.set('range', (...given: unknown[]) => rangeOf(given, budget))
  scope.set('raise_exception', (message: unknown) => {
    throw new Error(String(message))
  })
  return scope
}

/** Python's `range`. */
function rangeOf(given: readonly unknown[], budget: RenderBudget): number[] {
  const [first, second, step = 1] = given
  const [start, stop] = second === undefined ? [0, first] : [first, second]
  if (!isWhole(start) || !isWhole(stop) || !isWhole(step) || step === 0) {
    throw new Error('range() takes whole numbers, and a step that is not 0')
  }
  const items = Math.max(0, Math.ceil((stop - start) / step))
  budget.requireItems(items)
  return Array.from({ length: items }, (_, index) => start + index * step)
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value)
}
