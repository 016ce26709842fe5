type Key = 'status' | 'tag' | 'group'

/** Between quotes anything may stand; a quote itself is written twice, as in a CSV. */
const quotedText = '"(?:[^"]|"")*'

const pattern = (key: Key): RegExp => new RegExp(`(?<!\\S)${key}:(${quotedText}"|\\S+)`)

/** The value of `key:value` in a filter text, or null. */
export function termOf(text: string, key: Key): string | null {
  const value = pattern(key).exec(text)?.[1]
  return value === undefined ? null : unquoted(value)
}

/** The filter text with `key:value` set, changed or (null) taken out. */
export function withTerm(text: string, key: Key, value: string | null): string {
  const rest = text.replace(pattern(key), '').replace(/\s+/g, ' ').trim()
  if (value === null) return rest
  const term = `${key}:${quotedWhereNeeded(value)}`
  return rest === '' ? term : `${rest} ${term}`
}

export function quotedWhereNeeded(value: string): string {
  return /[\s"]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}

/** What a value means that may stand between quotes; the last one of a text may still be open. */
export function unquoted(value: string): string {
  const inner = new RegExp(`^"((?:[^"]|"")*)"?$`).exec(value)?.[1]
  return inner === undefined ? value : inner.replaceAll('""', '"')
}
