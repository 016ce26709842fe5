import { useMemo } from 'react'
import { useShortcuts } from '../hooks/useShortcuts.ts'
import { useStoredState } from '../hooks/useStoredState.ts'

/** Whether formulas are set or shown as they were written; `w` changes it. */
export function useSetMaths(): [boolean, (isSet: boolean) => void] {
  const [isSet, setIsSet] = useStoredState('setMaths', {
    first: true,
    parse: (stored) => (typeof stored === 'boolean' ? stored : null),
  })
  useShortcuts(useMemo(() => ({ w: () => setIsSet(!isSet) }), [isSet, setIsSet]))
  return [isSet, setIsSet]
}
