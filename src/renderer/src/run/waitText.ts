import type { ListedRun } from '../../../shared/runs/runList.ts'

/**
 * Why a queued run of this machine does not run yet. Runs of a cluster take no device here, and wait for none.
 *
 * @param all every run that is running, paused or queued; the run itself among them
 */
export function waitText(runId: string, all: readonly ListedRun[]): string {
  const live = all.filter(({ isElsewhere }) => isElsewhere !== true)
  const ofStatus = (status: ListedRun['status']): readonly ListedRun[] =>
    live.filter((run) => run.status === status)
  const others = ofStatus('queued').filter((run) => run.runId !== runId).length
  const also =
    others === 0 ? '' : ` ${others === 1 ? 'Another run waits' : `${others} other runs wait`}, too.`
  const [running, paused] = [ofStatus('running'), ofStatus('paused')]
  // a paused run keeps its process, and the device with it, unless it was told to free it
  const holders = running.length > 0 ? running : paused
  if (holders.length === 0) return `It waits for its turn.${also}`
  const names = holders.map(({ name, device }) => `“${name}”${device === null ? '' : ` on ${device}`}`)
  const one = holders.length === 1
  return running.length > 0
    ? `It waits until its device is free: ${names.join(' and ')} ${one ? 'is' : 'are'} running.${also}`
    : `It waits until its device is free: ${names.join(' and ')} ${one ? 'is' : 'are'} paused and may still hold it. Resume or stop ${one ? 'that run' : 'them'}.${also}`
}
