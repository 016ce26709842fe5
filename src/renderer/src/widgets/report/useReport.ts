import { useCallback, useEffect, useRef, useState } from 'react'
import type { ReportFormat, ReportSubject } from '../../../../shared/routes/reports.ts'
import type { Progress } from '../../../../shared/runs/runEvent.ts'
import { useApi } from '../../data/apiContext.ts'
import { saveFile } from '../../plots/savePictures.ts'

export interface Report {
  readonly isWriting: boolean
  /** Null before the first plot is drawn. */
  readonly progress: Progress | null
  readonly problem: unknown
  write(subject: ReportSubject, format: ReportFormat): void
  cancel(): void
  /** Forgets what went wrong. */
  clear(): void
}

interface UnderWay {
  readonly reportId: string
  readonly startMs: number
  readonly leaving: AbortController
}

const mediaTypes: Readonly<Record<ReportFormat, string>> = {
  html: 'text/html;charset=utf-8',
  markdown: 'text/markdown;charset=utf-8',
}

/** A report that is saved as a file when it is written; one that nobody waits for any more is given up. */
export function useReport(): Report {
  const api = useApi()
  const [isWriting, setWriting] = useState(false)
  const [progress, setProgress] = useState<Progress | null>(null)
  const [problem, setProblem] = useState<unknown>(null)
  const underWay = useRef<UnderWay | null>(null)
  const cancel = useCallback(() => {
    underWay.current?.leaving.abort()
    underWay.current = null
    setWriting(false)
  }, [])
  useEffect(() => cancel, [cancel])
  useEffect(
    () =>
      api.onEvent(({ event }) => {
        const own = underWay.current
        if (event.type !== 'reporting' || own === null || event.reportId !== own.reportId) return
        setProgress(drawn(event, own.startMs))
      }),
    [api],
  )
  const write = useCallback(
    (subject: ReportSubject, format: ReportFormat) => {
      underWay.current?.leaving.abort()
      const own: UnderWay = {
        reportId: crypto.randomUUID(),
        startMs: performance.now(),
        leaving: new AbortController(),
      }
      underWay.current = own
      setProblem(null)
      setProgress(null)
      setWriting(true)
      const end = (happened: () => void): void => {
        if (underWay.current !== own) return
        underWay.current = null
        setWriting(false)
        happened()
      }
      const asked = { reportId: own.reportId, subject, format }
      api.request('report.write', asked, own.leaving.signal).then(
        ({ name, text }) => end(() => saveFile(new Blob([text], { type: mediaTypes[format] }), name)),
        (thrown: unknown) => end(() => setProblem(thrown)),
      )
    },
    [api],
  )
  return { isWriting, progress, problem, write, cancel, clear: () => setProblem(null) }
}

function drawn(
  { done, total }: { readonly done: number; readonly total: number },
  startMs: number,
): Progress {
  const ratePerSecond = (1000 * done) / (performance.now() - startMs)
  const secondsLeft = (total - done) / ratePerSecond
  return { activity: 'drawing', done, total, unit: 'plots', ratePerSecond, secondsLeft }
}
