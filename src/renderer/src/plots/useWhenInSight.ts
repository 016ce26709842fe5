import { useCallback, useEffect, useRef, type RefObject } from 'react'

/**
 * Does something at once while the box is in sight, else as it comes back, and then only what was asked for last. A page has
 * more plots than a window shows, and all of them change with every step of a run.
 */
export function useWhenInSight(box: RefObject<HTMLElement | null>): (task: () => void) => void {
  const isInSight = useRef(true)
  const waiting = useRef<(() => void) | null>(null)
  useEffect(() => {
    if (box.current === null) return undefined
    const doWhatWaits = (): void => {
      waiting.current?.()
      waiting.current = null
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
  return useCallback((task) => {
    if (isInSight.current) task()
    else waiting.current = task
  }, [])
}
