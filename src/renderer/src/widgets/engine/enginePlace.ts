import { z } from 'zod'
import type { AskedPlace } from '../../../../shared/runs/remotePlace.ts'

/** What stands in the control, as it was typed. */
export const EngineDraft = z.object({
  engine: z.enum(['here', 'ray']),
  address: z.string(),
  shared: z.string(),
  packageFolder: z.string(),
  /** Recheck's code travels with each job. */
  upload: z.boolean().default(false),
  modulesFolder: z.string().default(''),
  cpus: z.number().min(0),
  gpus: z.number().min(0),
  memoryGib: z.number().min(0).nullable(),
  /** Of stage 1 alone. */
  shards: z.int().min(1).max(512),
})
export type EngineDraft = z.infer<typeof EngineDraft>

export const hereDraft: EngineDraft = {
  engine: 'here',
  address: 'http://127.0.0.1:8265',
  shared: '',
  packageFolder: '',
  upload: false,
  modulesFolder: '',
  cpus: 1,
  gpus: 0,
  memoryGib: null,
  shards: 1,
}

/** Parts into which stage 1 is split there; null = none. */
export function draftShards({ engine, shards }: EngineDraft): number | null {
  return engine === 'ray' && shards > 1 ? shards : null
}

export type DraftPlace =
  /** null = this machine. */
  { readonly place: AskedPlace | null; readonly problem: null } | { readonly problem: string }

/** The place that a draft means, for `run.start` and whatever else takes one; or what is missing. */
export function draftPlace(draft: EngineDraft): DraftPlace {
  if (draft.engine === 'here') return { place: null, problem: null }
  const { cpus, gpus, memoryGib, upload } = draft
  const [address, shared] = [draft.address.trim(), draft.shared.trim()]
  const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim())
  if (!/^https?:\/\/\S+$/.test(address))
    return { problem: 'The address of Ray’s dashboard is missing, for example http://head:8265.' }
  if (shared === '')
    return { problem: 'A shared folder is missing: one that all machines see under the same path.' }
  const code = {
    upload,
    packageFolder: upload ? null : orNull(draft.packageFolder),
    modulesFolder: upload ? orNull(draft.modulesFolder) : null,
  }
  return {
    place: { address, shared, cpus, gpus, ...code, memoryGib: memoryGib === 0 ? null : memoryGib },
    problem: null,
  }
}
