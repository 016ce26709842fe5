import { z } from 'zod'
import type { Register } from './command.ts'
import { addCommand } from './command.ts'
import { formatBytes } from '../../shared/text/format.ts'

const Output = z.strictObject({ file: z.string(), bytes: z.int() })

/** `recheck backup FILE` */
export const register: Register = (program, context) => {
  addCommand(program, context, {
    name: 'backup',
    summary: 'copy the run store to a file while runs go on (checkpoints are files of their own)',
    examples: ['recheck backup ~/recheck-2026-07-27.db'],
    input: z.object({ file: z.string() }),
    output: Output,
    run: async ({ file }, call) => {
      const { systemClock } = await import('../host/machine/clock.ts')
      const { backUpStore } = await import('../tools/backUpStore.ts')
      const { readStore } = await import('../owner/withStore.ts')
      const bytes = await readStore(call.dataFolder, systemClock, (db) => backUpStore(db, file))
      return {
        output: { file, bytes },
        text: `${file}: ${formatBytes(bytes)}, checked. To restore, put it in place of recheck.db in the data folder.`,
      }
    },
  }).argument('<file>', 'the copy to write; it must not exist yet')
}
