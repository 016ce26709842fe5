import type { Command } from 'commander'
import { z } from 'zod'

/** `--engine` and what belongs to it, as a command's input schema takes them in. */
export const placeOptionsShape = {
  engine: z.enum(['here', 'ray']).default('here'),
  address: z.string().optional(),
  shared: z.string().optional(),
  package: z.string().optional(),
  upload: z.boolean().default(false),
  modules: z.string().optional(),
  cpus: z.coerce.number().min(0).optional(),
  gpus: z.coerce.number().min(0).optional(),
  memory: z.coerce.number().min(0).optional(),
}

export interface PlaceOptions {
  readonly engine: 'here' | 'ray'
  readonly address?: string | undefined
  readonly shared?: string | undefined
  readonly package?: string | undefined
  readonly upload: boolean
  readonly modules?: string | undefined
  readonly cpus?: number | undefined
  readonly gpus?: number | undefined
  /** GiB */
  readonly memory?: number | undefined
}

export function addPlaceOptions(command: Command): Command {
  return command
    .option('--engine <name>', 'what executes it: here (this machine), or ray (a cluster: docs/scaling.md)')
    .option('--address <url>', "ray: its head's dashboard, http://head:8265; RAY_AUTH_TOKEN is its token")
    .option('--shared <folder>', 'ray: a folder that all machines see under the same path')
    .option(
      '--package <folder>',
      "ray: Recheck's folder as the cluster's machines see it (else the path of this one)",
    )
    .option(
      '--upload',
      "ray: send Recheck's code to the cluster, once for each version, in the place of --package",
    )
    .option(
      '--modules <folder>',
      'ray: with --upload, node_modules on its machines (else each installs them once)',
    )
    .option('--cpus <n>', 'ray: processors that a run takes for itself (else 1)')
    .option('--gpus <n>', 'ray: graphics cards that a run takes for itself (else 0)')
    .option('--memory <gib>', 'ray: memory that a run takes for itself, in GiB (else not asked for)')
}
