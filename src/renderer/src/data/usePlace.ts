import { useMemo, useSyncExternalStore } from 'react'
import { parsePlace, placeAddress, type Place } from './place.ts'

function subscribe(changed: () => void): () => void {
  window.addEventListener('hashchange', changed)
  return () => window.removeEventListener('hashchange', changed)
}

export function usePlace(): Place {
  const fragment = useSyncExternalStore(subscribe, () => window.location.hash)
  return useMemo(() => parsePlace(fragment), [fragment])
}

export function goTo(place: Place): void {
  window.location.hash = placeAddress(place)
}

/** Moves on without a further entry in the history: for what changes with every letter that is typed. */
export function replaceWith(place: Place): void {
  window.history.replaceState(null, '', placeAddress(place))
  window.dispatchEvent(new Event('hashchange'))
}
