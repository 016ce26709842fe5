import { once } from 'node:events'
import type { MemoryPlan } from '../../shared/memoryPlan.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { Progress, RunEvent } from '../../shared/runs/runEvent.ts'
import { systemClock } from '../host/machine/clock.ts'
import { readRun } from '../store/runs/runStore.ts'
import { keepSweep } from '../store/sweepStore.ts'
import { collectGarbage, planGarbage } from './collectGarbage.ts'
import type { ControlClient, ControlCommand, FollowedEvent } from './processes/controlChannel.ts'
import type { Owner } from './owner.ts'
import { checkedPlan, startRun, type MadeRun } from './startRuns.ts'

/** Does what another process of the same user asks of the owner. @returns the answer, see `ControlCommand` */
export async function obeyCommand(
  owner: Owner,
  command: ControlCommand,
  client: ControlClient,
): Promise<unknown> {
  switch (command.command) {
    case 'stop':
      return owner.stop(command.runId, command.when)
    case 'pause':
      return owner.pause(command.runId, command.freeDevice)
    case 'resume':
      return owner.resume(command.runId, command.change)
    case 'extend':
      return owner.extend(command.runId, command.steps)
    case 'start':
      return startedRun(await startRun(owner, checkedPlan(command.plan), client.gone))
    case 'follow':
      return followRun(owner, command.runId, client)
    case 'keep-sweep':
      return keepSweep(owner.db, command.sweep, systemClock.nowMs())
    case 'collect-garbage': {
      const plan = planGarbage(owner.db, owner.dataDir, command)
      return { plan, bytes: collectGarbage(owner.db, owner.dataDir, plan) }
    }
    case 'import-runs': {
      const onProgress = (progress: Progress): void => client.send({ type: 'progress', progress })
      return owner.workshop.runImports.import(command, { signal: client.gone, onProgress })
    }
    case 'link':
      return pageLinkOf(owner)
    case 'ping':
      return null
  }
}

/** What whoever asked for a run is told of it. */
export interface StartedRun {
  readonly runId: string
  readonly memory: MemoryPlan
}

export function startedRun({ runId, memory }: MadeRun): StartedRun {
  return { runId, memory }
}

/** Sends what the run reports until nothing executes or awaits it any more. @returns its status then */
async function followRun(owner: Owner, runId: string, client: ControlClient): Promise<unknown> {
  const unsubscribe = owner.subscribe((id, event) => {
    if (id === runId && isFollowed(event)) client.send(event)
  })
  try {
    readRun(owner.db, runId) // unknown: refused at once
    const hasGone = client.gone.aborted ? Promise.resolve() : once(client.gone, 'abort')
    await Promise.race([owner.whenEnded(runId), hasGone])
    return readRun(owner.db, runId).status
  } finally {
    unsubscribe()
  }
}

export function isFollowed(event: RunEvent): event is FollowedEvent {
  return event.type === 'progress' || event.type === 'log' || event.type === 'evaluation'
}

function pageLinkOf(owner: Owner): string {
  const link = owner.newPageLink()
  if (link !== null) return link
  throw new RecheckError('owner.no-page', 'the process that owns the folder serves no page.')
}
