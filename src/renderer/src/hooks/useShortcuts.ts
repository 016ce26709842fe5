import { useEffect } from 'react'
import { nextKeys } from '../state/keySequence.ts'

export type Shortcuts = Readonly<Record<string, () => void>>

/** Keys outside text fields; `g r` is one key after another, `ctrl+k` works in fields too. */
export function useShortcuts(shortcuts: Shortcuts): void {
  useEffect(() => {
    let pressed: readonly string[] = []
    const onKeyDown = (event: KeyboardEvent): void => {
      const isChord = event.ctrlKey || event.metaKey
      if (event.altKey || (!isChord && isTyping(event.target))) return
      const key = isChord ? `ctrl+${event.key.toLowerCase()}` : event.key
      const step = nextKeys(pressed, key, Object.keys(shortcuts))
      pressed = step.pressed
      if (step.match === null) return
      event.preventDefault()
      shortcuts[step.match]?.()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [shortcuts])
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)
}
