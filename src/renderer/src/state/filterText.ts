type Key = 'status' | 'tag'

const pattern = (key: Key): RegExp => new RegExp(`\\b${key}:("[^"]*"|\\S+)`)

/** The value of `key:value` in a filter text, or null. */
export function termOf(text: string, key: Key): string | null {
  const value = pattern(key).exec(text)?.[1]
  return value === undefined ? null : value.replaceAll('"', '')
}

/** The filter text with `key:value` set, changed or (null) taken out. */
export function withTerm(text: string, key: Key, value: string | null): string {
  const rest = text.replace(pattern(key), '').replace(/\s+/g, ' ').trim()
  if (value === null) return rest
  const term = `${key}:${/\s/.test(value) ? `"${value}"` : value}`
  return rest === '' ? term : `${rest} ${term}`
}
