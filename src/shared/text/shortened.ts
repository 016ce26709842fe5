/** A text for a message, cut to `most` characters; what was cut is counted. */
export function shortened(text: string, most = 80): string {
  if (text.length <= most) return text
  return `${text.slice(0, most - 1)}… (${text.length} characters)`
}

/** A text from outside in double quotes, control characters escaped, cut to `most` characters. */
export function quoted(text: string, most = 80): string {
  return text.length <= most
    ? JSON.stringify(text)
    : `${JSON.stringify(text.slice(0, most - 1))}… (${text.length} characters)`
}

/** Names for a message: the first few in quotes, then how many more there are. */
export function listed(names: readonly string[], most = 5): string {
  const shown = names
    .slice(0, most)
    .map((name) => quoted(name))
    .join(', ')
  return names.length <= most ? shown : `${shown} and ${names.length - most} more`
}
