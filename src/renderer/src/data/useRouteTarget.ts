import { useMemo, useSyncExternalStore } from 'react'
import { parseTarget, targetAddress, type RouteTarget } from './routeTarget.ts'

function subscribe(changed: () => void): () => void {
  window.addEventListener('hashchange', changed)
  return () => window.removeEventListener('hashchange', changed)
}

export function useRouteTarget(): RouteTarget {
  const fragment = useSyncExternalStore(subscribe, () => window.location.hash)
  return useMemo(() => parseTarget(fragment), [fragment])
}

export function goTo(place: RouteTarget): void {
  window.location.hash = targetAddress(place)
}

/** Moves on without a further entry in the history: for what changes with every letter that is typed. */
export function replaceWith(place: RouteTarget): void {
  window.history.replaceState(null, '', targetAddress(place))
  window.dispatchEvent(new Event('hashchange'))
}
