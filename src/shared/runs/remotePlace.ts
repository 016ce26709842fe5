import { z } from 'zod'
import { formatBytes, formatNumber } from '../text/format.ts'

/**
 * Where a run is executed when it is not on this machine: a cluster that is asked over the network, and a
 * folder that its machines and this one see under the same path.
 */
export const RemotePlace = z.strictObject({
  engine: z.literal('ray'),
  /** Of the head's dashboard: `http://head:8265`. */
  address: z.url({ protocol: /^https?$/ }),
  /** Absolute; the same on every machine. */
  shared: z.string().min(1),
  /** Recheck's own folder as the cluster's machines see it. Absolute; null = its code travels with each job. */
  packageFolder: z.string().min(1).nullable(),
  /**
   * For code that travels: `node_modules` on the cluster's machines. Absolute; null = each installs them once
   * by itself.
   */
  modulesFolder: z.string().min(1).nullable().default(null),
  /** What a run takes for itself there; runs wait until it is free. */
  cpus: z.number().min(0),
  gpus: z.number().min(0),
  /** Bytes; null = not asked for. */
  memoryBytes: z.int().min(1).nullable(),
})
export type RemotePlace = z.infer<typeof RemotePlace>

/** As people are told of it. */
export function placeName({ address }: Pick<RemotePlace, 'address'>): string {
  return `Ray at ${address}`
}

/** What each job asks for there: `2 processors, 1 graphics card`. */
export function resourceText({
  cpus,
  gpus,
  memoryBytes,
}: Pick<RemotePlace, 'cpus' | 'gpus' | 'memoryBytes'>): string {
  const counted = (count: number, what: string): string[] =>
    count === 0 ? [] : [`${formatNumber(count)} ${what}${count === 1 ? '' : 's'}`]
  const memory = memoryBytes === null ? [] : [`${formatBytes(memoryBytes)} of memory`]
  const parts = counted(cpus, 'processor').concat(counted(gpus, 'graphics card'), memory)
  return parts.join(', ') || 'nothing'
}

/** Parts into which stage 1 is split; each is a job of its own on a cluster. */
export const Shards = z.coerce.number().int().min(1).max(512)

/** What a person says of a place; the owner completes and checks it. */
export const AskedPlace = z.strictObject({
  address: z.string().max(2000),
  shared: z.string().max(4096),
  /** null = the folder that the owner's own Recheck is in. */
  packageFolder: z.string().max(4096).nullable().default(null),
  /** Recheck's code travels with each job, in the place of a folder. */
  upload: z.boolean().default(false),
  modulesFolder: z.string().max(4096).nullable().default(null),
  cpus: z.number().min(0).max(100_000).default(1),
  gpus: z.number().min(0).max(100_000).default(0),
  /** null = not asked for. */
  memoryGib: z.number().positive().max(1_000_000).nullable().default(null),
})
export type AskedPlace = z.infer<typeof AskedPlace>
