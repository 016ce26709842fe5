import { currentLoad, graphics, mem, processes } from 'systeminformation'
import type { Run } from '../../shared/runs/records.ts'
import type { Telemetry } from '../../shared/routes/app.ts'

/**
 * What the machine is doing now: processors, memory, the trainer's part of it, graphics cards if there are
 * any. `live`: running or paused.
 */
export async function readTelemetry(live: readonly Run[], nowMs: number): Promise<Telemetry> {
  const trainer = live.find((run) => run.processId !== null)?.processId ?? null
  const [load, memory, cards, trainerBytes] = await Promise.all([
    currentLoad(),
    mem(),
    graphics(),
    residentBytes(trainer),
  ])
  return {
    atMs: Math.round(nowMs),
    cpuPercent: load.currentLoad,
    memoryUsedBytes: memory.active,
    memoryTotalBytes: memory.total,
    trainerMemoryBytes: trainerBytes,
    gpus: cards.controllers
      .filter((card) => card.memoryTotal !== undefined)
      .map((card) => ({
        name: card.name ?? card.model,
        utilisationPercent: card.utilizationGpu ?? null,
        memoryUsedBytes: card.memoryUsed === undefined ? null : card.memoryUsed * 1_048_576,
        memoryTotalBytes: card.memoryTotal === undefined ? null : card.memoryTotal * 1_048_576,
      })),
  }
}

/** systeminformation counts in KiB. */
async function residentBytes(processId: number | null): Promise<number | null> {
  if (processId === null) return null
  const found = (await processes()).list.find((each) => each.pid === processId)
  return found === undefined ? null : found.memRss * 1024
}
