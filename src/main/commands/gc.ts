import { z } from 'zod'
import type { Register } from './command.ts'
import { addCommand } from './command.ts'
import { formatBytes } from '../../shared/format.ts'

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
      const { collectGarbage, planGarbage } = await import('../tools/collectGarbage.ts')
      const { ownStore } = await import('../owner/withStore.ts')
      const { plan, bytes } = await ownStore(call.dataFolder, systemClock, (db) => {
        const deletedBeforeMs = systemClock.nowMs() - deletedDays * dayMs
        const found = planGarbage(db, call.dataFolder, { deletedBeforeMs, unknownRuns })
        return { plan: found, bytes: dryRun ? found.bytes : collectGarbage(db, call.dataFolder, found) }
      })
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
    .option('--deleted-days <n>', 'erase runs that were deleted at least so many days ago', '30')
}
