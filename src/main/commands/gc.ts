import { z } from 'zod'
import { formatBytes } from '../../shared/text/format.ts'
import type { GarbagePlan, GarbageRules } from '../owner/collectGarbage.ts'
import { addCommand, type CommandCall, type Register } from './command.ts'

const Input = z.object({
  dryRun: z.boolean().default(false),
  deletedDays: z.coerce.number().min(0),
  unknownRuns: z.boolean().default(false),
})

const Output = z.strictObject({
  dryRun: z.boolean(),
  garbage: z.array(
    z.strictObject({
      what: z.enum([
        'deleted-run',
        'folder-without-run',
        'checkpoint-without-row',
        'unfinished',
        'row-without-checkpoint',
      ]),
      name: z.string().describe('run id, checkpoint id, or path relative to the data folder'),
      bytes: z.int(),
    }),
  ),
  kept: z.array(z.string()).describe('folders of runs that the store does not know; see --unknown-runs'),
  bytes: z.int().describe('given back to the disk, or to be given back at least'),
})

const dayMs = 86_400_000
/** Erasing many checkpoints and compacting a large database takes a while. */
const collectWithinMs = 600_000

/** `recheck gc` */
export const register: Register = (program, context) => {
  addCommand(program, context, {
    name: 'gc',
    summary: 'erase runs deleted long ago and files that nothing refers to',
    examples: [
      'recheck gc --dry-run',
      'recheck gc',
      'recheck gc --deleted-days 0',
      'recheck gc --unknown-runs --dry-run',
    ],
    input: Input,
    output: Output,
    run: async ({ dryRun, deletedDays, unknownRuns }, call) => {
      const { systemClock } = await import('../host/machine/clock.ts')
      const rules = { deletedBeforeMs: deletedBefore(deletedDays, systemClock.nowMs()), unknownRuns }
      const { plan, bytes } = await (dryRun ? lookedFor(call, rules) : collected(call, rules))
      const lines = plan.garbage.map((item) => `${item.what}  ${item.name}  ${formatBytes(item.bytes)}`)
      const size = formatBytes(bytes)
      const end = dryRun ? `${size} would be freed; nothing was changed (--dry-run)` : `${size} freed`
      const { kept } = plan
      const notes = kept.map(
        (path) => `kept: ${path}, of a run that the store does not know (--unknown-runs)`,
      )
      return {
        output: { dryRun, garbage: [...plan.garbage], kept: [...kept], bytes },
        text: [...lines, ...notes, end].join('\n'),
      }
    },
  })
    .option('--dry-run', 'only say what would go')
    .option(
      '--unknown-runs',
      'also erase folders of runs that the store does not know, as after an older backup',
    )
    .option('--deleted-days <n>', 'erase runs that were deleted at least so many days ago; 0 = all', '30')
}

/**
 * 0 days are all that were deleted: also a moment ago, and when the clock was ahead, which it may not reach
 * again for years.
 */
export function deletedBefore(days: number, nowMs: number): number {
  return days === 0 ? Number.MAX_SAFE_INTEGER : nowMs - days * dayMs
}

interface Collected {
  readonly plan: GarbagePlan
  readonly bytes: number
}

async function lookedFor(call: CommandCall, rules: GarbageRules): Promise<Collected> {
  const { systemClock } = await import('../host/machine/clock.ts')
  const { planGarbage } = await import('../owner/collectGarbage.ts')
  const { readStore } = await import('../owner/withStore.ts')
  const plan = await readStore(call.dataFolder, systemClock, (db) => planGarbage(db, call.dataFolder, rules))
  return { plan, bytes: plan.bytes }
}

/** By this process where nobody owns the data folder, else by its owner. */
async function collected(call: CommandCall, rules: GarbageRules): Promise<Collected> {
  const { systemClock } = await import('../host/machine/clock.ts')
  const { collectGarbage, planGarbage } = await import('../owner/collectGarbage.ts')
  const { isAnotherOwner } = await import('./runAccess.ts')
  const { ownStore } = await import('../owner/withStore.ts')
  const { askOwner } = await import('../owner/processes/controlChannel.ts')
  try {
    return await ownStore(call.dataFolder, systemClock, (db) => {
      const plan = planGarbage(db, call.dataFolder, rules)
      return { plan, bytes: collectGarbage(db, call.dataFolder, plan) }
    })
  } catch (busy) {
    if (!(await isAnotherOwner(busy, call))) throw busy
    const command = { command: 'collect-garbage', ...rules } as const
    return (await askOwner(call.dataFolder, command, {
      signal: call.signal,
      withinMs: collectWithinMs,
    })) as Collected
  }
}
