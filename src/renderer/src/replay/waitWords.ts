import type { ListedRun } from '../../../shared/runs/runList.ts'

/** What a replay uses while a run trains: it samples on the processor and waits for no card. */
export function waitWords(running: Pick<ListedRun, 'name' | 'device'> | undefined): string {
  if (running === undefined) return 'No run trains at the moment: the replay has the processor for itself.'
  const isOnProcessor = running.device === null || /^cpu/i.test(running.device)
  return isOnProcessor
    ? `“${running.name}” trains on the processor at the moment: the replay shares it and does not wait, and both are slower meanwhile.`
    : `“${running.name}” trains on ${running.device}; the replay uses the processor and waits for nothing.`
}
