import type { CallArguments } from './callArguments.ts'
import type { RenderBudget } from './renderBudget.ts'

export type StringMethod = (text: string, args: CallArguments, budget: RenderBudget) => unknown

/** Python's white space: JavaScript's has U+FEFF as well, and lacks U+001C to U+001F and U+0085. */
const white = '\\t-\\r\\u001c-\\u0020\\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000'
const isWhite = new RegExp(`^[${white}]$`)
const words = new RegExp(`[^${white}]+`, 'g')

/**
 * Python's methods of a string, as chat templates call them. Those of the template engine ignore their
 * arguments (`strip('\n')` takes away every white character) or change other letters than Python's.
 *
 * @throws Error in words, for arguments that Python would refuse
 */
export const stringMethods: ReadonlyMap<string, StringMethod> = new Map<string, StringMethod>([
  ['upper', (text) => text.toUpperCase()],
  ['lower', (text) => text.toLowerCase()],
  ['capitalize', (text) => capitalized(text)],
  ['title', (text) => text.replaceAll(/\p{L}+/gu, capitalized)],
  ['strip', (text, { positional: [characters] }) => stripped(text, characters, 'both')],
  ['lstrip', (text, { positional: [characters] }) => stripped(text, characters, 'start')],
  ['rstrip', (text, { positional: [characters] }) => stripped(text, characters, 'end')],
  ['startswith', (text, { positional: [start] }) => textsOf(start).some((each) => text.startsWith(each))],
  ['endswith', (text, { positional: [end] }) => textsOf(end).some((each) => text.endsWith(each))],
  ['split', split],
  [
    'replace',
    (text, { positional, named }, budget) => {
      if (named.size > 0) throw new Error('replace() takes no keyword arguments')
      return replace(text, { positional, named }, budget)
    },
  ],
])

/** Filters on a text that Jinja has and the engine lacks or does otherwise. */
export const stringFilters: ReadonlyMap<string, StringMethod> = new Map<string, StringMethod>([
  ['trim', (text, { positional, named }) => stripped(text, positional[0] ?? named.get('chars'), 'both')],
  ['capitalize', (text) => capitalized(text)],
  ['title', (text) => text.replaceAll(/[^-\s({[<]+/g, capitalized)],
  ['replace', replace],
  ['length', (text) => [...text].length],
  ['int', wholeNumber],
])

/** Of a letter that is two in upper case (ß) only the first stays so. */
function capitalized(text: string): string {
  const [first = '', ...rest] = text
  const upper = first.toUpperCase()
  return upper.slice(0, 1) + (upper.slice(1) + rest.join('')).toLowerCase()
}

function wholeNumber(text: string, { positional, named }: CallArguments): unknown {
  if (/^\s*[+-]?\d+(\.\d*)?\s*$/.test(text)) return Math.trunc(Number(text))
  return positional[0] ?? named.get('default') ?? 0
}

export function requireNumber(text: string): void {
  if (!/^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(text))
    throw new Error('float of a text that is no number')
}

function textsOf(argument: unknown): readonly string[] {
  return Array.isArray(argument)
    ? argument.map((each: { readonly value: unknown }) => textOf(each.value))
    : [textOf(argument)]
}

function textOf(argument: unknown): string {
  if (typeof argument === 'string') return argument
  throw new Error('a method of a text was called without the text it needs')
}

function countOf(argument: unknown): number {
  if (argument === undefined || argument === null) return Infinity
  if (typeof argument !== 'number' || !Number.isInteger(argument))
    throw new Error('expected a whole number of pieces')
  return argument < 0 ? Infinity : argument
}

function stripped(text: string, characters: unknown, where: 'both' | 'start' | 'end'): string {
  const all = [...text]
  const given = characters === undefined || characters === null ? null : new Set(textOf(characters))
  const goes = (character: string | undefined): boolean =>
    character !== undefined && (given?.has(character) ?? isWhite.test(character))
  let start = 0
  let end = all.length
  if (where !== 'end') while (start < end && goes(all[start])) start++
  if (where !== 'start') while (end > start && goes(all[end - 1])) end--
  return all.slice(start, end).join('')
}

function split(text: string, { positional, named }: CallArguments, budget: RenderBudget): readonly string[] {
  const separator = positional[0] ?? named.get('sep') ?? null
  const most = countOf(positional[1] ?? named.get('maxsplit'))
  const pieces: string[] = []
  let at = 0
  const cut = (end: number, next: number): void => {
    pieces.push(text.slice(at, end))
    budget.requireItems(pieces.length)
    at = next
  }
  if (separator === null) {
    for (const { 0: found, index } of text.matchAll(words)) {
      at = index
      if (pieces.length >= most) return [...pieces, text.slice(at)]
      cut(index + found.length, index + found.length)
    }
    return pieces
  }
  const mark = textOf(separator)
  if (mark === '') throw new Error('empty separator')
  budget.search(text, mark)
  for (let found = text.indexOf(mark); found >= 0 && pieces.length < most; found = text.indexOf(mark, at)) {
    cut(found, found + mark.length)
  }
  return [...pieces, text.slice(at)]
}

function replace(text: string, { positional, named }: CallArguments, budget: RenderBudget): string {
  const [before, after] = [textOf(positional[0]), textOf(positional[1])]
  const most = countOf(positional[2] ?? named.get('count'))
  budget.search(text, before)
  const pieces = before === '' ? [...text] : text.split(before)
  const places = before === '' ? pieces.length + 1 : pieces.length - 1
  budget.requireText(text.length + Math.min(places, most) * Math.max(0, after.length - before.length))
  if (most < places) return replaceFirst(pieces, { before, after, most })
  return before === '' ? `${after}${pieces.map((each) => each + after).join('')}` : pieces.join(after)
}

function replaceFirst(
  pieces: readonly string[],
  { before, after, most }: { readonly before: string; readonly after: string; readonly most: number },
): string {
  if (before === '') return pieces.map((each, index) => (index < most ? after + each : each)).join('')
  return [pieces.slice(0, most + 1).join(after), ...pieces.slice(most + 1)].join(before)
}
