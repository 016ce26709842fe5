import type { ReplayEvent } from '../../../shared/routes/replay.ts'

export interface EventLines {
  tell(event: ReplayEvent): void
  flush(): void
}

/** Soon enough for eyes, and seldom enough for every page that hears it. */
const everyMs = 50

/**
 * Gathers the events of a replay into lines of JSON, `{"event":[…]}`, each written within 50 ms, a grade at
 * once; neighbouring texts become one.
 */
export function eventLines(write: (line: string) => void): EventLines {
  let gathered: ReplayEvent[] = []
  let timer: NodeJS.Timeout | null = null
  const flush = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    if (gathered.length === 0) return
    write(`${JSON.stringify({ event: gathered })}\n`)
    gathered = []
  }
  return {
    flush,
    tell(event) {
      const last = gathered.findLast((each) => each.policy === event.policy)
      if (event.type === 'text' && last?.type === 'text')
        gathered[gathered.indexOf(last)] = { ...last, text: last.text + event.text }
      else gathered.push(event)
      if (event.type === 'graded') flush()
      else timer ??= setTimeout(flush, everyMs)
    },
  }
}
