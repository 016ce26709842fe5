import { useEffect, useState } from 'react'

/** The time in ms since 1970, renewed every `everyMs`. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => new Date(performance.timeOrigin + performance.now()).getTime())
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.timeOrigin + performance.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
