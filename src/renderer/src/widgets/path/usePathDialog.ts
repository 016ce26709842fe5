import { useState } from 'react'
import { errorData } from '../../../../shared/errors/recheckError.ts'
import type { PathQuestion } from '../../../../shared/routes/pathQuestion.ts'
import { useApi } from '../../data/apiContext.ts'

/** The window's own dialog behind a field for a path. */
export interface PathDialog {
  /** What it asks, for the button's name: `Choose a model folder`. */
  readonly title: string
  /** Opens it; null where there is none. */
  readonly open: (() => void) | null
  readonly isOpen: boolean
  /** Why there is none although this is a window, or what went wrong; null where nothing is to be said. */
  readonly note: string | null
}

export interface PathDialogSetup extends PathQuestion {
  readonly onPath: (path: string) => void
}

export function usePathDialog({ onPath, ...question }: PathDialogSetup): PathDialog {
  const place = useApi().pathPlace()
  const [isOpen, setOpen] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const open = (): void => {
    if (place.shell !== 'window' || isOpen) return
    setOpen(true)
    setProblem(null)
    place
      .choose(question)
      .then((path) => (path === null ? undefined : onPath(path)))
      .catch((thrown: unknown) => setProblem(errorData(thrown).message))
      .finally(() => setOpen(false))
  }
  return {
    title: question.title,
    open: place.shell === 'window' ? open : null,
    isOpen,
    note:
      place.shell === 'remote-window'
        ? `No “Choose…” here: it is a path on the machine of ${place.server}, and a dialog would show this computer’s.`
        : problem,
  }
}
