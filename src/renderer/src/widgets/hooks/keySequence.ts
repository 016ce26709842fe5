export interface KeyStep {
  /** The shortcut that is complete now, or null. */
  readonly match: string | null
  /** Keys of a sequence still under way. */
  readonly pressed: readonly string[]
}

/** The next key of a sequence such as `g r`: completes a shortcut, goes on with one, or begins anew. */
export function nextKeys(pressed: readonly string[], key: string, shortcuts: readonly string[]): KeyStep {
  for (const keys of [[...pressed, key], [key]]) {
    const text = keys.join(' ')
    if (shortcuts.includes(text)) return { match: text, pressed: [] }
    if (shortcuts.some((shortcut) => shortcut.startsWith(`${text} `))) return { match: null, pressed: keys }
  }
  return { match: null, pressed: [] }
}

/** The keyboard map, as the `?` dialog shows it. */
export const keyboardMap: readonly { readonly keys: string; readonly does: string }[] = [
  { keys: 'Ctrl K', does: 'command palette: pages, runs, actions' },
  { keys: '?', does: 'this map' },
  { keys: 'g r', does: 'runs' },
  { keys: 'g n', does: 'new run' },
  { keys: 'g c', does: 'compare' },
  { keys: 'g s', does: 'sweeps' },
  { keys: 'g p', does: 'replay a problem' },
  { keys: 'g m', does: 'models on this machine' },
  { keys: 'g d', does: 'data sets on this machine' },
  { keys: 't', does: 'dark or light' },
  { keys: '/', does: 'search the runs; Enter goes back to the list' },
  { keys: 'j  k', does: 'next and previous run in the list; next and previous rollout' },
  { keys: 'Enter', does: 'open the run' },
  { keys: 'x', does: 'select the run' },
  { keys: 'w', does: 'formulas of a rollout set, or as they were written' },
  { keys: '1 … 9', does: 'tabs of a run' },
  { keys: '+  −  0', does: 'zoom the plots in, out, to the whole run' },
  { keys: 'Ctrl Enter', does: 'start the new run; replay the problem' },
  { keys: 'Esc', does: 'close a dialog or a full-screen plot' },
]
