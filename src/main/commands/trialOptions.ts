import type { Command } from 'commander'
import { z } from 'zod'
import { addPlaceOptions, placeOptionsShape } from './placeOptions.ts'

/** What every command takes that runs the trials of a sweep, as its input schema has it. */
export const trialOptionsShape = {
  retryFailed: z.boolean().default(false),
  dryRun: z.boolean().default(false),
  parallel: z.coerce.number().int().min(1).optional(),
  ...placeOptionsShape,
}

export function addTrialOptions(command: Command): Command {
  return addPlaceOptions(command)
    .option('--retry-failed', 'resume trials that failed, which are else left as they are')
    .option('--dry-run', 'list the trials and start none')
    .option('--parallel <n>', 'ray: at most so many trials at a time (else all: the cluster queues them)')
}
