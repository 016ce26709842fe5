import { formatBytes } from './text/format.ts'

/**
 * When a part of memory is held: all the time, or only while something is done; those times do not overlap.
 */
export const memoryTimes = ['always', 'loading', 'sampling', 'update', 'checkpoint'] as const
export type MemoryTime = (typeof memoryTimes)[number]

/** One thing that takes memory. */
export interface MemoryItem {
  /** For people: `moments (AdamW)`. */
  readonly what: string
  readonly during: MemoryTime
  /** In the machine's memory. */
  readonly hostBytes: number
  /** In the card's memory; 0 where there is no card. */
  readonly deviceBytes: number
}

/** What a run takes of one memory at most, and what there is. */
export interface MemoryShare {
  readonly neededBytes: number
  /** What is being done when it takes most. */
  readonly peak: MemoryTime
  readonly freeBytes: number
  /** Were nothing else running. */
  readonly totalBytes: number
}

/** A setting that would take less, and how much the run would need with it. */
export interface MemorySwitch {
  /** As `--set` takes it: `microBatch=4`. */
  readonly setting: string
  readonly savedBytes: number
}

/**
 * What a run will take of memory, reckoned from its config and its model's shape alone: nothing is loaded for
 * it.
 */
export interface MemoryPlan {
  readonly items: readonly MemoryItem[]
  readonly host: MemoryShare
  /** Of the card; null where none is used. */
  readonly device: MemoryShare | null
  /** Rows of one forward and backward pass: as planned, and the most that fit (0: not even one). */
  readonly microBatch: { readonly planned: number; readonly most: number } | null
  /** Rollouts that are sampled together: as planned, and the most that fit. */
  readonly rolloutsTogether: { readonly planned: number; readonly most: number }
  /** Settings that would save memory, those that save most first. */
  readonly switches: readonly MemorySwitch[]
}

/**
 * Against what a plan is held: what is free now, or, for a run that waits for others, what there would be
 * without them.
 */
export type MemoryMeasure = 'free' | 'total'

/** Whether the run fits, on the machine and on its card. */
export function fitsMemory(
  { host, device }: Pick<MemoryPlan, 'host' | 'device'>,
  measure: MemoryMeasure = 'free',
): boolean {
  return [host, ...(device === null ? [] : [device])].every(
    ({ neededBytes, ...room }) =>
      neededBytes <= (measure === 'free' ? Math.min(room.freeBytes, room.totalBytes) : room.totalBytes),
  )
}

/** For people: when a part is held, or most is needed. */
export const momentWords: Readonly<Record<MemoryTime, string>> = {
  always: 'at any time',
  loading: 'while a model is loaded',
  sampling: 'while it samples',
  update: 'in an update',
  checkpoint: 'while a checkpoint is written',
}

/** One line: what is needed and what is free. */
export function memoryLine(plan: MemoryPlan): string {
  const { host, device } = plan
  const one = (share: MemoryShare, where: string): string =>
    `about ${formatBytes(share.neededBytes)} of ${where} ${momentWords[share.peak]} (${formatBytes(share.freeBytes)} of ` +
    `${formatBytes(share.totalBytes)} are free)`
  return [one(host, 'memory'), ...(device === null ? [] : [one(device, 'the card’s memory')])].join(', ')
}

/** The whole plan as lines of a table, for a terminal and for messages. */
export function memoryTable(plan: MemoryPlan): readonly string[] {
  const { items, host, device } = plan
  const rows = items.map(({ what, during, hostBytes, deviceBytes }): readonly string[] => [
    what,
    bytesCell(hostBytes),
    ...(device === null ? [] : [bytesCell(deviceBytes)]),
    during === 'always' ? '' : momentWords[during],
  ])
  const sum = (label: string, of: (share: MemoryShare) => number, note: string): readonly string[] => [
    label,
    formatBytes(of(host)),
    ...(device === null ? [] : [formatBytes(of(device))]),
    note,
  ]
  const heads = ['', 'memory', ...(device === null ? [] : ['card']), '']
  return aligned([
    heads,
    ...rows,
    sum('at most', ({ neededBytes }) => neededBytes, momentWords[host.peak]),
    sum('free now', ({ freeBytes }) => freeBytes, `of ${formatBytes(host.totalBytes)}`),
  ])
}

/** What fits and what would help, in sentences; empty where there is nothing to say. */
export function memoryAdvice(plan: MemoryPlan): readonly string[] {
  const { microBatch, rolloutsTogether, switches } = plan
  return [
    ...(microBatch === null ? [] : [fitText('Rows in an update at once', microBatch)]),
    ...(rolloutsTogether.planned === 0 ? [] : [fitText('Rollouts sampled at once', rolloutsTogether)]),
    ...(switches.length === 0
      ? []
      : [
          `Less memory, by what it saves: ${switches
            .map(({ setting, savedBytes }) => `${setting} (${formatBytes(savedBytes)})`)
            .join(', ')}.`,
        ]),
  ]
}

function fitText(
  what: string,
  { planned, most }: { readonly planned: number; readonly most: number },
): string {
  return most === 0 ? `${what}: ${planned}; not even one fits.` : `${what}: ${planned}; at most ${most} fit.`
}

function bytesCell(bytes: number): string {
  return bytes === 0 ? '' : formatBytes(bytes)
}

/** Words to the left, amounts to the right. */
function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const columns = rows[0]?.length ?? 0
  const widths = Array.from({ length: columns }, (_, at) =>
    Math.max(...rows.map((row) => row[at]?.length ?? 0)),
  )
  return rows.map((row) =>
    row
      .map((cell, at) =>
        at === 0 || at === columns - 1 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  )
}
