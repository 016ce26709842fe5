import { useEffect, useMemo, useRef } from 'react'
import { useShortcuts } from '../../widgets/hooks/useShortcuts.ts'

/** `+`, `−` and `0` for the plots, one that fills the screen included. */
export function useZoomKeys(zoom: (factor: number) => void, reset: () => void): void {
  const latest = useRef({ zoom, reset })
  useEffect(() => {
    latest.current = { zoom, reset }
  })
  useShortcuts(
    useMemo(
      () => ({
        '+': () => latest.current.zoom(0.5),
        '=': () => latest.current.zoom(0.5),
        '-': () => latest.current.zoom(2),
        '0': () => latest.current.reset(),
      }),
      [],
    ),
    '.plot-full',
  )
}
