import { useEffect, useLayoutEffect, useRef } from 'react'
import { nextKeys } from './keySequence.ts'

export type Shortcuts = Readonly<Record<string, () => void>>

/**
 * Keys of the page: not while a text is typed, not through a dialog that lies above, and never instead of a
 * button's own Enter. `g r` is one key after another, `ctrl+k` works everywhere.
 *
 * @param within  selects what has to be in a dialog for these keys to hold there, too
 */
export function useShortcuts(shortcuts: Shortcuts, within: string | null = null): void {
  // neither may begin anew with the next drawing: between the two keys of `g n` a page often draws itself
  // again
  const pressed = useRef<readonly string[]>([])
  const latest = useRef(shortcuts)
  useLayoutEffect(() => {
    latest.current = shortcuts
  }, [shortcuts])
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const isChord = event.ctrlKey || event.metaKey
      if (event.defaultPrevented || event.altKey) return
      if (!isChord && (isTyping(event.target) || isBehindDialog(within))) return
      if (event.key === 'Enter' && isPressable(event.target)) return
      const key = isChord ? `ctrl+${event.key.toLowerCase()}` : event.key
      const step = nextKeys(pressed.current, key, Object.keys(latest.current))
      pressed.current = step.pressed
      if (step.match === null) return
      event.preventDefault()
      latest.current[step.match]?.()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [within])
}

/** Boxes and buttons are inputs, too, but nobody types into them. */
const untyped = new Set(['checkbox', 'radio', 'button', 'submit', 'range'])

function isTyping(target: EventTarget | null): boolean {
  if (target instanceof HTMLInputElement) return !untyped.has(target.type) && !isChosen(target)
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName)
}

/**
 * A select keeps the focus when something has been chosen in it. Keys are for the page again then; those
 * pressed while its list is open are the list's. One that can be searched says so (`data-select`): only what
 * it holds was chosen, not written.
 */
function isChosen(input: HTMLInputElement): boolean {
  if (input.getAttribute('aria-expanded') === 'true') return false
  return input.readOnly || (input.dataset.select !== undefined && input.value !== '')
}

function isPressable(target: EventTarget | null): boolean {
  const pressable = 'a[href], button, input, summary, [role="tab"], [role="option"], [role="menuitem"]'
  return target instanceof Element && target.closest(pressable) !== null
}

function isBehindDialog(within: string | null): boolean {
  const dialogs = [...document.querySelectorAll('[role="dialog"]')]
  return dialogs.some((dialog) => within === null || dialog.querySelector(within) === null)
}
