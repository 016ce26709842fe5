import { z } from 'zod'
import type { CheckpointRecord, Run, RunLogEntry } from '../runs/records.ts'
import { longestName, longestTag, mostTags, nameText, notesText } from '../text/labels.ts'
import { runStatuses } from '../runs/records.ts'
import { AskedPlace, Shards } from '../runs/remotePlace.ts'
import type { Progress } from '../runs/runEvent.ts'
import type { ListedRun, RunValues } from '../runs/runList.ts'
import { config, distinct, output, runId, stage } from './parts.ts'

export const runRoutes = {
  'run.list': {
    input: z.strictObject({
      archived: z.boolean().default(false),
      /** Deleted runs instead, archived or not: those that can still be restored. */
      deleted: z.boolean().default(false),
      /** Only runs with one of these; null = all. */
      statuses: distinct(z.array(z.enum(runStatuses)).max(runStatuses.length))
        .nullable()
        .default(null),
    }),
    output: output<readonly ListedRun[]>(),
  },
  /** What a filter names and the list does not carry: metrics and config fields of all its runs. */
  'run.values': {
    input: z.strictObject({
      archived: z.boolean().default(false),
      deleted: z.boolean().default(false),
      names: distinct(z.array(z.string().min(1).max(100)).min(1).max(20)),
    }),
    output: output<RunValues>(),
  },
  'run.get': { input: z.strictObject({ runId }), output: output<Run>() },
  'run.start': {
    input: z.strictObject({
      stage,
      config,
      /** Stage 2 only: the artifact to use; null = a matching one, else stage 1 runs first. */
      vStarId: z.string().max(100).nullable().default(null),
      group: nameText(longestName).nullable().default(null),
      /** Starts though the plan says that the memory will not do. */
      force: z.boolean().default(false),
      /** Where it is executed; null = on this machine. */
      place: AskedPlace.nullable().default(null),
      /** Stage 1 alone: parts that are sampled by themselves; null = it is in one piece. */
      shards: Shards.nullable().default(null),
    }),
    /** The runs made, in the order in which they run. */
    output: output<{ readonly runIds: readonly string[] }>(),
  },
  'run.stop': {
    input: z.strictObject({ runId, when: z.enum(['after-step', 'now']) }),
    output: output<null>(),
  },
  'run.pause': {
    input: z.strictObject({ runId, freeDevice: z.boolean().default(false) }),
    output: output<null>(),
  },
  'run.resume': {
    input: z.strictObject({
      runId,
      /**
       * Other settings, or an earlier checkpoint (its step, 0 = the beginning; null = the newest); null goes
       * on as it was.
       */
      change: z
        .strictObject({ settings: config, fromStep: z.int().min(0).nullable() })
        .nullable()
        .default(null),
    }),
    output: output<null>(),
  },
  'run.extend': {
    input: z.strictObject({ runId, steps: z.int().min(1).max(1_000_000) }),
    output: output<null>(),
  },
  'run.update': {
    input: z.strictObject({
      runId,
      name: nameText(longestName).optional(),
      tags: distinct(z.array(nameText(longestTag)).max(mostTags)).optional(),
      notes: notesText.optional(),
      group: nameText(longestName).nullable().optional(),
      archived: z.boolean().optional(),
      pinned: z.boolean().optional(),
    }),
    output: output<Run>(),
  },
  'run.delete': {
    input: z.strictObject({ runIds: distinct(z.array(runId).min(1).max(10_000)) }),
    output: output<null>(),
  },
  'run.restore': {
    input: z.strictObject({ runIds: distinct(z.array(runId).min(1).max(10_000)) }),
    output: output<null>(),
  },
  'run.progress': { input: z.strictObject({ runId }), output: output<Progress | null>() },
  'run.log': {
    input: z.strictObject({
      runId,
      afterSequence: z.int().min(-1).default(-1),
      limit: z.int().min(1).max(5000).default(500),
    }),
    output: output<readonly RunLogEntry[]>(),
  },
  'checkpoints.list': { input: z.strictObject({ runId }), output: output<readonly CheckpointRecord[]>() },
} as const
