import { useCallback, useEffect, useRef, useState } from 'react'
import type { ImportOutcome } from '../../../shared/runs/importedRun.ts'
import type { Progress } from '../../../shared/runs/runEvent.ts'
import type { PageApi } from '../data/api.ts'
import { useApi } from '../data/apiContext.ts'

export interface RunImport {
  readonly isReading: boolean
  /** Null before the first report. */
  readonly progress: Progress | null
  readonly problem: unknown
  /** Null before it is over. */
  readonly outcomes: readonly ImportOutcome[] | null
  begin(ask: AskImport): void
  cancel(): void
}

/** The request for an import whose events have this id. */
export type AskImport = (
  api: PageApi,
  importId: string,
  signal: AbortSignal,
) => Promise<readonly ImportOutcome[]>

interface UnderWay {
  readonly importId: string
  readonly leaving: AbortController
}

type State = Pick<RunImport, 'isReading' | 'progress' | 'problem' | 'outcomes'>

const idle: State = { isReading: false, progress: null, problem: null, outcomes: null }

/** Runs of another tool on their way in; an import that nobody waits for any more is given up, and stores none. */
export function useRunImport(): RunImport {
  const api = useApi()
  const [state, setState] = useState<State>(idle)
  const underWay = useRef<UnderWay | null>(null)
  const cancel = useCallback(() => {
    underWay.current?.leaving.abort()
    underWay.current = null
    setState(idle)
  }, [])
  useEffect(() => cancel, [cancel])
  useEffect(
    () =>
      api.onEvent(({ event }) => {
        if (event.type !== 'importing' || event.importId !== underWay.current?.importId) return
        setState({ ...idle, isReading: true, progress: event.progress })
      }),
    [api],
  )
  const begin = useCallback(
    (ask: AskImport) => {
      if (underWay.current !== null) return // the second half of a double click
      const own: UnderWay = { importId: crypto.randomUUID(), leaving: new AbortController() }
      underWay.current = own
      setState({ ...idle, isReading: true })
      const end = (next: Partial<State>): void => {
        if (underWay.current !== own) return
        underWay.current = null
        setState({ ...idle, ...next })
      }
      ask(api, own.importId, own.leaving.signal).then(
        (outcomes) => end({ outcomes }),
        (problem: unknown) => end({ problem }),
      )
    },
    [api],
  )
  return { ...state, begin, cancel }
}
