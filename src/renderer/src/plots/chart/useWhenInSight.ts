import { useCallback, useEffect, useRef, type RefObject } from 'react'

/** What a chart follows; its own options before its size, so that it is never laid out anew with old ones. */
const kinds = ['option', 'size'] as const
export type Followed = (typeof kinds)[number]

/**
 * Does something at once while the box is in sight, else as it comes back, and then only what was asked for last of its kind.
 * A page has more plots than a window shows, and all of them change with every step of a run. What is needed is done at once
 * wherever the box is.
 */
export function useWhenInSight(
  box: RefObject<HTMLElement | null>,
): (kind: Followed, task: () => void, isNeeded?: boolean) => void {
  const isInSight = useRef(true)
  const waiting = useRef(new Map<Followed, () => void>())
  useEffect(() => {
    if (box.current === null) return undefined
    const doWhatWaits = (): void => {
      for (const kind of kinds) waiting.current.get(kind)?.()
      waiting.current.clear()
    }
    const observer = new IntersectionObserver((entries) => {
      isInSight.current = entries.at(-1)?.isIntersecting === true
      if (isInSight.current) doWhatWaits()
    })
    observer.observe(box.current)
    // on paper everything is in sight
    window.addEventListener('beforeprint', doWhatWaits)
    return () => {
      observer.disconnect()
      window.removeEventListener('beforeprint', doWhatWaits)
    }
  }, [box])
  return useCallback((kind, task, isNeeded = false) => {
    if (!isInSight.current && !isNeeded) return void waiting.current.set(kind, task)
    waiting.current.delete(kind)
    task()
  }, [])
}
