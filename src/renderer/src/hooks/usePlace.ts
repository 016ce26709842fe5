import { useMemo, useSyncExternalStore } from 'react'
import { parsePlace, placeAddress, type Place } from '../state/place.ts'

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
