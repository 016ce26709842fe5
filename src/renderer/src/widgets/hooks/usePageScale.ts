import { useSyncExternalStore } from 'react'

/** Px of a rem in a browser with its usual type. */
const usualRemPx = 16

function subscribe(changed: () => void): () => void {
  window.addEventListener('resize', changed)
  return () => window.removeEventListener('resize', changed)
}

/**
 * How much larger than usual the page's type is (app.css): for what is laid out in px, as charts and virtual
 * rows are.
 */
export function usePageScale(): number {
  return useSyncExternalStore(subscribe, pageScale)
}

function pageScale(): number {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / usualRemPx
}
