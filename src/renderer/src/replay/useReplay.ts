import { useCallback, useEffect, useRef, useState } from 'react'
import type { InputOf } from '../../../shared/routes/contract.ts'
import type { ReplayedTurn } from '../../../shared/routes/replay.ts'
import { useApi } from '../data/apiContext.ts'
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

interface UnderWay {
  readonly replayId: string
  readonly leaving: AbortController
}

/** A replay of this page; one that nobody looks at any more is ended. */
export function useReplay(): Replay {
  const api = useApi()
  const [sides, setSides] = useState<readonly ReplaySide[]>([])
  const [isRunning, setRunning] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const underWay = useRef<UnderWay | null>(null)
  const stop = useCallback(() => {
    underWay.current?.leaving.abort()
    underWay.current = null
    setRunning(false)
  }, [])
  useEffect(() => stop, [stop])
  useEffect(
    () =>
      api.onEvent(({ event }) => {
        if (event.type !== 'replay' || event.replayId !== underWay.current?.replayId) return
        setSides((before) => afterEvents(before, event.events))
      }),
    [api],
  )
  const begin = useCallback(
    (input: ReplayInput) => {
      underWay.current?.leaving.abort()
      const own: UnderWay = { replayId: crypto.randomUUID(), leaving: new AbortController() }
      underWay.current = own
      setSides(input.policies.map(() => nothingShown))
      setRunning(true)
      setProblem(null)
      const isOwn = (): boolean => underWay.current === own
      api.request('replay.run', { ...input, replayId: own.replayId }, own.leaving.signal).then(
        (turns) => {
          if (!isOwn()) return
          underWay.current = null // events that are still on their way are in the answer
          setSides((before) => turns.map((each, index) => sideOf(before[index], each)))
          setRunning(false)
        },
        (thrown: unknown) => {
          if (!isOwn()) return
          underWay.current = null
          setProblem(thrown)
          setRunning(false)
        },
      )
    },
    [api],
  )
  return { sides, isRunning, problem, begin, stop }
}

function sideOf(before: ReplaySide | undefined, turns: readonly ReplayedTurn[]): ReplaySide {
  return { device: before?.device ?? null, turns: turns.map(shownTurn) }
}
