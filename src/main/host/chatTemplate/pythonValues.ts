import type { TemplateValue } from './jinja.ts'

const numbers: ReadonlySet<string> = new Set(['IntegerValue', 'FloatValue', 'BooleanValue'])

/**
 * Python's `==`. The template engine compares with JavaScript's, to which none and undefined, or 1 and '1',
 * are equal and two lists of the same items are not.
 *
 * @param left, right  values that `RenderBudget.sizeOf` has seen: it limits how deep they are
 */
export function isEqual(left: TemplateValue, right: TemplateValue): boolean {
  if (numbers.has(left.type) && numbers.has(right.type)) return Number(left.value) === Number(right.value)
  if (left.type !== right.type) return false
  const [a, b] = [left.value, right.value]
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => isEqualItem(item, b[index]))
  }
  if (a instanceof Map && b instanceof Map && left.type === 'ObjectValue') {
    return a.size === b.size && [...a].every(([key, item]) => isEqualItem(item, b.get(key)))
  }
  return a === b
}

function isEqualItem(item: TemplateValue, other: TemplateValue | undefined): boolean {
  return other !== undefined && isEqual(item, other)
}

/** Python's `in`. @throws Error for what Python cannot look into */
export function isIn(item: TemplateValue, container: TemplateValue): boolean {
  const held = container.value
  if (Array.isArray(held)) return held.some((each) => isEqual(each, item))
  if (held instanceof Map) return typeof item.value === 'string' && held.has(item.value)
  if (typeof held === 'string' && typeof item.value === 'string') return held.includes(item.value)
  if (container.type === 'UndefinedValue') return false
  throw new Error('"in" needs a text, a list or a dictionary on its right')
}

/**
 * Python's `str(value)`. The engine writes a value as JavaScript does, and nothing for none.
 *
 * @throws Error for a list or dictionary: how Python writes it depends on more than the engine keeps
 */
export function written(value: TemplateValue): string {
  const held = value.value
  switch (value.type) {
    case 'StringValue':
    case 'IntegerValue':
    case 'FloatValue':
      return value.toString()
    case 'BooleanValue':
      return held === true ? 'True' : 'False'
    case 'NullValue':
      return 'None'
    case 'UndefinedValue':
      return ''
    default:
      throw new Error('a list, a dictionary or a function is written out as it is; only its parts can be')
  }
}

/**
 * What `tojson` may be given: the engine would write 1 for Python's 1.0, and null for what is not defined.
 *
 * @throws Error for such values
 */
export function requireJson(value: TemplateValue): void {
  const held = value.value
  if (value.type === 'FloatValue' && Number.isInteger(held))
    throw new Error('tojson of a whole decimal number')
  if (value.type === 'UndefinedValue') throw new Error('tojson of what is not defined')
  if (Array.isArray(held)) held.forEach(requireJson)
  if (held instanceof Map) [...held.values()].forEach(requireJson)
}

/** Tests in which Python's Jinja says otherwise than the engine. */
export const valueTests: ReadonlyMap<string, (value: TemplateValue) => boolean> = new Map([
  ['number', (value: TemplateValue) => numbers.has(value.type)],
  [
    'iterable',
    ({ type, value }: TemplateValue) =>
      typeof value === 'string' || Array.isArray(value) || value instanceof Map || type === 'UndefinedValue',
  ],
])
