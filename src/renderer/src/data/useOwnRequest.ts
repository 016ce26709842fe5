import { useEffect, useMemo, useRef, useState } from 'react'

/** What becomes of a request that was not given up. */
export interface RequestEnds<Answer> {
  readonly done: (answer: Answer) => void
  readonly failed: (problem: unknown) => void
}

export interface OwnRequest {
  readonly isUnderWay: boolean
  /** Whether an event with this id is of the request that is under way now. */
  isOwn(id: string): boolean
  /** The same as `isUnderWay`, as of this moment: also between two clicks of one frame. */
  isBusy(): boolean
  /** Asks with an id for the events of this request; gives up the one before. */
  begin<Answer>(ask: (id: string, signal: AbortSignal) => Promise<Answer>, ends: RequestEnds<Answer>): void
  cancel(): void
}

interface UnderWay {
  readonly id: string
  readonly leaving: AbortController
}

/** One request at a time that tells how far it is; it is given up when nobody waits for it any more. */
export function useOwnRequest(): OwnRequest {
  const [isUnderWay, setUnderWay] = useState(false)
  const current = useRef<UnderWay | null>(null)
  const calls = useMemo(() => {
    const cancel = (): void => {
      current.current?.leaving.abort()
      current.current = null
      setUnderWay(false)
    }
    const begin: OwnRequest['begin'] = (ask, { done, failed }) => {
      current.current?.leaving.abort()
      const own: UnderWay = { id: crypto.randomUUID(), leaving: new AbortController() }
      current.current = own
      setUnderWay(true)
      const end = (happened: () => void): void => {
        if (current.current !== own) return
        current.current = null // events that are still on their way are in the answer
        setUnderWay(false)
        happened()
      }
      ask(own.id, own.leaving.signal).then(
        (answer) => end(() => done(answer)),
        (problem: unknown) => end(() => failed(problem)),
      )
    }
    const isOwn = (id: string): boolean => current.current?.id === id
    const isBusy = (): boolean => current.current !== null
    return { begin, cancel, isOwn, isBusy }
  }, [])
  useEffect(() => calls.cancel, [calls])
  return { isUnderWay, ...calls }
}
