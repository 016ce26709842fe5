/** How long a value outlives its view: as long as the browser keeps it, or as long as this tab is open. */
export type KeptIn = 'browser' | 'tab'

/** What was kept under this name; null when there is nothing, or nothing that `parse` can read. */
export function readKept<T>(keptIn: KeptIn, name: string, parse: (stored: unknown) => T | null): T | null {
  try {
    const text = storage(keptIn).getItem(keyOf(name))
    return text === null ? null : parse(JSON.parse(text) as unknown)
  } catch {
    return null
  }
}

/** @param value  null forgets it */
export function writeKept(keptIn: KeptIn, name: string, value: unknown): void {
  try {
    if (value === null) storage(keptIn).removeItem(keyOf(name))
    else storage(keptIn).setItem(keyOf(name), JSON.stringify(value))
  } catch {
    // full or forbidden (a private window): it lasts as long as its view
  }
}

function storage(keptIn: KeptIn): Storage {
  return keptIn === 'browser' ? window.localStorage : window.sessionStorage
}

function keyOf(name: string): string {
  return `recheck.${name}`
}
