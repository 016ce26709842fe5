import * as engine from '@huggingface/jinja'

/** A part of a parsed template, named by its type. */
export interface Node {
  readonly type: string
}

/** A value while a template is rendered. */
export interface TemplateValue {
  readonly type: string
  readonly value:
    | string
    | number
    | boolean
    | null
    | undefined
    | readonly TemplateValue[]
    | Map<string, TemplateValue>
    | ((given: TemplateValue[]) => TemplateValue)
  __bool__(): { readonly value: boolean }
  toString(): string
}

/** The variables of a block and, through its parent, of those around it. */
export interface Scope {
  /** @param value  a plain value or function; names can be declared once */
  set(name: string, value: unknown): TemplateValue
  setVariable(name: string, value: TemplateValue): TemplateValue
}

export interface JinjaInterpreter {
  run(program: Node): TemplateValue
  evaluate(node: Node | undefined, scope: Scope): TemplateValue
}

/**
 * What is used of the engine, typed here: its own declarations name their files in a way that Node does not
 * find.
 */
interface Engine {
  readonly Environment: new (parent?: Scope) => Scope
  readonly Interpreter: new (scope: Scope) => JinjaInterpreter
  tokenize(
    source: string,
    options: { readonly lstrip_blocks: boolean; readonly trim_blocks: boolean },
  ): unknown[]
  parse(tokens: unknown[]): Node
}

export const { Environment, Interpreter, parse, tokenize }: Engine = engine
