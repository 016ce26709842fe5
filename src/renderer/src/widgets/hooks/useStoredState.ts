import { useCallback, useState } from 'react'
import { readKept, writeKept, type KeptIn } from './browserStorage.ts'

export interface KeptSetup<T> {
  readonly first: T
  /** Reads what another version, or a hand, may have stored. */
  readonly parse: (stored: unknown) => T | null
  readonly keptIn?: KeptIn
}

/**
 * A setting that outlives its view; where the browser keeps nothing (a private window), it lasts as long as
 * the view.
 */
export function useStoredState<T>(
  name: string,
  { first, parse, keptIn = 'browser' }: KeptSetup<T>,
): [T, (value: T) => void] {
  const [value, setValue] = useState<T>(() => readKept(keptIn, name, parse) ?? first)
  const keep = useCallback(
    (next: T) => {
      setValue(next)
      writeKept(keptIn, name, next)
    },
    [keptIn, name],
  )
  return [value, keep]
}
