import { useCallback, useEffect, useRef, useState } from 'react'
import type { ReportFormat, ReportSubject } from '../../../../shared/routes/reports.ts'
import type { Progress } from '../../../../shared/runs/runEvent.ts'
import { useApi } from '../../data/apiContext.ts'
import { useOwnRequest } from '../../data/useOwnRequest.ts'
import { saveFile } from '../../plots/export/savePictures.ts'

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

const mediaTypes: Readonly<Record<ReportFormat, string>> = {
  html: 'text/html;charset=utf-8',
  markdown: 'text/markdown;charset=utf-8',
}

/** A report that is saved as a file when it is written; one that nobody waits for any more is given up. */
export function useReport(): Report {
  const api = useApi()
  const [progress, setProgress] = useState<Progress | null>(null)
  const [problem, setProblem] = useState<unknown>(null)
  const startMs = useRef(0)
  const { isUnderWay, isOwn, begin, cancel } = useOwnRequest()
  useEffect(
    () =>
      api.onEvent(({ event }) => {
        if (event.type === 'reporting' && isOwn(event.reportId)) setProgress(drawn(event, startMs.current))
      }),
    [api, isOwn],
  )
  const write = useCallback(
    (subject: ReportSubject, format: ReportFormat) => {
      startMs.current = performance.now()
      setProblem(null)
      setProgress(null)
      begin((reportId, signal) => api.request('report.write', { reportId, subject, format }, signal), {
        done: ({ name, text }) => saveFile(new Blob([text], { type: mediaTypes[format] }), name),
        failed: setProblem,
      })
    },
    [api, begin],
  )
  return { isWriting: isUnderWay, progress, problem, write, cancel, clear: () => setProblem(null) }
}

function drawn(
  { done, total }: { readonly done: number; readonly total: number },
  startMs: number,
): Progress {
  const ratePerSecond = (1000 * done) / (performance.now() - startMs)
  const secondsLeft = (total - done) / ratePerSecond
  return { activity: 'drawing', done, total, unit: 'plots', ratePerSecond, secondsLeft }
}
