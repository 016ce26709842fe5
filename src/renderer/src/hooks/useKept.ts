import { useCallback, useState } from 'react'

/**
 * A setting of this browser that outlives the page. What was stored by another version, or by hand, is read by `parse`;
 * where the browser keeps nothing (a private window), it lasts as long as the page.
 */
export function useKept<T>(
  name: string,
  first: T,
  parse: (stored: unknown) => T | null,
): [T, (value: T) => void] {
  const key = `recheck.${name}`
  const [value, setValue] = useState<T>(() => readKept(key, parse) ?? first)
  const keep = useCallback(
    (next: T) => {
      setValue(next)
      try {
        window.localStorage.setItem(key, JSON.stringify(next))
      } catch {
        // full or forbidden: the setting holds until the page is closed
      }
    },
    [key],
  )
  return [value, keep]
}

function readKept<T>(key: string, parse: (stored: unknown) => T | null): T | null {
  try {
    const text = window.localStorage.getItem(key)
    return text === null ? null : parse(JSON.parse(text) as unknown)
  } catch {
    return null
  }
}
