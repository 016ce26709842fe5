import { useEffect, useState } from 'react'

/** False at first, true after `delayMs`: for what may wait until the page stands. */
export function useDelayed(delayMs: number): boolean {
  const [isLater, setLater] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLater(true), delayMs)
    return () => clearTimeout(timer)
  }, [delayMs])
  return isLater
}
