import { useCallback, useEffect, useState } from 'react'
import type { ImportOutcome } from '../../../shared/runs/imports/importedRun.ts'
import type { Progress } from '../../../shared/runs/runEvent.ts'
import type { PageApi } from '../data/api.ts'
import { useApi } from '../data/apiContext.ts'
import { useOwnRequest } from '../data/useOwnRequest.ts'

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

type State = Pick<RunImport, 'progress' | 'problem' | 'outcomes'>

const nothing: State = { progress: null, problem: null, outcomes: null }

/** Runs of another tool on their way in; an import that is given up stores none. */
export function useRunImport(): RunImport {
  const api = useApi()
  const [state, setState] = useState<State>(nothing)
  const { isUnderWay, isOwn, isBusy, begin: beginRequest, cancel } = useOwnRequest()
  useEffect(
    () =>
      api.onEvent(({ event }) => {
        if (event.type !== 'importing' || !isOwn(event.importId)) return
        setState({ ...nothing, progress: event.progress })
      }),
    [api, isOwn],
  )
  const begin = useCallback(
    (ask: AskImport) => {
      if (isBusy()) return // the second half of a double click
      setState(nothing)
      beginRequest((importId, signal) => ask(api, importId, signal), {
        done: (outcomes) => setState({ ...nothing, outcomes }),
        failed: (problem) => setState({ ...nothing, problem }),
      })
    },
    [api, isBusy, beginRequest],
  )
  return { ...state, isReading: isUnderWay, begin, cancel }
}
