import { useCallback, useEffect, useState } from 'react'
import type { InputOf } from '../../../shared/routes/contract.ts'
import type { ReplayedTurn } from '../../../shared/routes/replay.ts'
import { useApi } from '../data/apiContext.ts'
import { useOwnRequest } from '../data/useOwnRequest.ts'
import { afterEvents, nothingShown, shownTurn, type ReplaySide } from './replayState.ts'

export type ReplayInput = Omit<InputOf<'replay.run'>, 'replayId'>

export interface Replay {
  /** One a policy of the replay that was last begun; none before the first. */
  readonly sides: readonly ReplaySide[]
  readonly isRunning: boolean
  /** Why there is no answer; null while there may be one. */
  readonly problem: unknown
  begin(input: ReplayInput): void
  stop(): void
}

/** A replay of this page; one that nobody looks at any more is ended. */
export function useReplay(): Replay {
  const api = useApi()
  const [sides, setSides] = useState<readonly ReplaySide[]>([])
  const [problem, setProblem] = useState<unknown>(null)
  const { isUnderWay, isOwn, begin: beginRequest, cancel } = useOwnRequest()
  useEffect(
    () =>
      api.onEvent(({ event }) => {
        if (event.type !== 'replay' || !isOwn(event.replayId)) return
        setSides((before) => afterEvents(before, event.events))
      }),
    [api, isOwn],
  )
  const begin = useCallback(
    (input: ReplayInput) => {
      setSides(input.policies.map(() => nothingShown))
      setProblem(null)
      beginRequest((replayId, signal) => api.request('replay.run', { ...input, replayId }, signal), {
        done: (turns) => setSides((before) => turns.map((each, index) => sideOf(before[index], each))),
        failed: setProblem,
      })
    },
    [api, beginRequest],
  )
  return { sides, isRunning: isUnderWay, problem, begin, stop: cancel }
}

function sideOf(before: ReplaySide | undefined, turns: readonly ReplayedTurn[]): ReplaySide {
  return { device: before?.device ?? null, turns: turns.map(shownTurn) }
}
