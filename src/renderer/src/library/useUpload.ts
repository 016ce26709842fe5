import { useCallback, useEffect, useRef, useState } from 'react'
import { uploadPieceBytes } from '../../../shared/routes/library/uploads.ts'
import type { Progress } from '../../../shared/runs/runEvent.ts'
import type { PageApi } from '../data/api.ts'
import { useApi } from '../data/apiContext.ts'

export interface Upload {
  /** Of the file that has come in whole; null before. */
  readonly uploadId: string | null
  readonly file: File | null
  /** Null while nothing is on its way. */
  readonly progress: Progress | null
  readonly problem: unknown
  begin(file: File): void
  /** Cancels it, or lets go of what has come. */
  drop(): void
  /** What has come is another's to let go of. */
  keep(): void
}

type State = Pick<Upload, 'uploadId' | 'file' | 'progress' | 'problem'>

const nothing: State = { uploadId: null, file: null, progress: null, problem: null }

/**
 * A file of this machine on its way to the owner, piece by piece; one that nobody looks at any more is let go
 * of.
 */
export function useUpload(): Upload {
  const api = useApi()
  const [state, setState] = useState<State>(nothing)
  const current = useRef<AbortController | null>(null)
  const drop = useCallback(() => {
    current.current?.abort()
    current.current = null
    setState(nothing)
  }, [])
  const keep = useCallback(() => {
    current.current = null
  }, [])
  useEffect(() => drop, [drop])
  const begin = useCallback(
    (file: File) => {
      current.current?.abort()
      const leaving = new AbortController()
      current.current = leaving
      const show = (part: Partial<State>): void => {
        if (current.current === leaving) setState({ ...nothing, file, ...part })
      }
      const startMs = performance.now()
      const report = (done: number): void => show({ progress: progressOf(file, done, startMs) })
      report(0)
      send(api, file, { report, signal: leaving.signal }).then(
        (uploadId) => show({ uploadId }),
        (problem: unknown) => show({ problem }),
      )
    },
    [api],
  )
  return { ...state, begin, drop, keep }
}

interface Sending {
  readonly report: (done: number) => void
  readonly signal: AbortSignal
}

async function send(api: PageApi, file: File, { report, signal }: Sending): Promise<string> {
  const { uploadId } = await api.request('upload.begin', { name: file.name, bytes: file.size })
  const letGo = (): void => void api.request('upload.drop', { uploadId }).catch(() => undefined) // it goes by itself later
  signal.addEventListener('abort', letGo)
  if (signal.aborted) letGo()
  for (let offset = 0; offset < file.size;) {
    signal.throwIfAborted()
    const piece = await file.slice(offset, offset + uploadPieceBytes).arrayBuffer()
    const base64 = base64Of(new Uint8Array(piece))
    const { received } = await api.request('upload.append', { uploadId, offset, base64 })
    offset = received
    report(received)
  }
  return uploadId
}

/** Characters of a call: one argument for each would overflow the stack. */
const bytesAtOnce = 8192

function base64Of(bytes: Uint8Array): string {
  let binary = ''
  for (let at = 0; at < bytes.length; at += bytesAtOnce)
    binary += String.fromCharCode(...bytes.subarray(at, at + bytesAtOnce))
  return btoa(binary)
}

function progressOf(file: File, done: number, startMs: number): Progress {
  const seconds = (performance.now() - startMs) / 1000
  const ratePerSecond = seconds > 0.2 && done > 0 ? done / seconds : null
  return {
    activity: 'reading',
    done,
    total: file.size,
    unit: 'bytes',
    ratePerSecond,
    secondsLeft: ratePerSecond === null ? null : (file.size - done) / ratePerSecond,
  }
}
