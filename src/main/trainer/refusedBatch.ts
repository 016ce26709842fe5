import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import type { TokenBatch, Trainer } from '../../core/train/engine/trainer.ts'
import type { RunConfig } from '../../shared/config/parseConfig.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { fileError } from '../disk/fileError.ts'
import { writeFileAtomic } from '../host/machine/atomicFiles.ts'
import { lower } from './trainingFailure.ts'

/** JSON has no place for NaN and infinity: they are words. */
const Value = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])])
const RefusedBatchFile = z.strictObject({
  version: z.literal(1),
  step: z.int(),
  learningRate: z.number(),
  /** What the trainer said of it. */
  error: z.string(),
  /** Packed conversations: ids of every token, and what the loss is given beside them, by name. */
  rows: z.array(z.strictObject({ ids: z.array(z.int()), inputs: z.record(z.string(), z.array(Value)) })),
})

/**
 * A batch whose update was not finite, for replay: with the checkpoint of its step it gives the same again.
 */
export interface RefusedBatch {
  readonly step: number
  readonly learningRate: number
  readonly error: string
  readonly batch: TokenBatch
}

/** Relative to the data folder. */
export function refusedBatchPath(runId: string, step: number): string {
  return `runs/${runId}/replay/step-${String(step).padStart(8, '0')}.json`
}

/** @throws RecheckError `file.disk-full`, `file.read-only` */
async function writeRefusedBatch(path: string, refused: RefusedBatch): Promise<void> {
  const { step, learningRate, error, batch } = refused
  const rows = batch.rows.map(({ ids, inputs }) => ({
    ids: [...ids],
    inputs: Object.fromEntries(Object.entries(inputs).map(([name, values]) => [name, toJson(values)])),
  }))
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  } catch (thrown) {
    throw fileError(thrown, path)
  }
  await writeFileAtomic(path, JSON.stringify({ version: 1, step, learningRate, error, rows }))
}

function toJson(values: Float32Array): (number | string)[] {
  return Array.from(values, (value) => (Number.isFinite(value) ? value : String(value)))
}

/** @throws RecheckError `replay.damaged` */
export async function readRefusedBatch(path: string): Promise<RefusedBatch> {
  const parsed = RefusedBatchFile.safeParse(JSON.parse(await readFile(path, 'utf8')))
  if (!parsed.success) {
    throw new RecheckError(
      'replay.damaged',
      `${path} is not a batch kept for replay: ${parsed.error.message}`,
    )
  }
  const { step, learningRate, error, rows } = parsed.data
  return {
    step,
    learningRate,
    error,
    batch: {
      rows: rows.map(({ ids, inputs }) => ({
        ids: Int32Array.from(ids),
        inputs: Object.fromEntries(
          Object.entries(inputs).map(([name, values]) => [name, Float32Array.from(values, Number)]),
        ),
      })),
    },
  }
}

export interface ReplayContext {
  readonly dataDir: string
  readonly runId: string
  /** Number of the step in hand. */
  readonly step: () => number
  /** Of the checkpoints that are there. */
  readonly checkpointSteps: readonly number[]
  readonly config: Pick<RunConfig, 'optimizer' | 'policyBeta'>
}

/** The trainer, with each batch that it refuses as not finite put aside before the error goes on its way. */
export function keepRefusedBatches(trainer: Trainer, place: ReplayContext): Trainer {
  const { dataDir, runId, step } = place
  return {
    maxRowLength: trainer.maxRowLength,
    base: trainer.base,
    tokenLogProbs: (rows) => trainer.tokenLogProbs(rows),
    readParameters: () => trainer.readParameters(),
    viewState: () => trainer.viewState(),
    writeState: (state) => trainer.writeState(state),
    dispose: () => trainer.dispose(),
    async step(batch, learningRate) {
      try {
        return await trainer.step(batch, learningRate)
      } catch (thrown) {
        if (!(thrown instanceof RecheckError) || thrown.code !== 'trainer.not-finite') throw thrown
        const path = refusedBatchPath(runId, step())
        const refused = { step: step(), learningRate, error: thrown.message, batch }
        await writeRefusedBatch(join(dataDir, path), refused)
        throw new RecheckError(
          thrown.code,
          `Step ${step()}: ${thrown.message} The run waits. Which rollout it is: recheck replay ${runId} (the batch is kept in ` +
            `${path}). The same weights with the same settings would give the same again. ${waysOut(place)}`,
          { step: step(), path },
        )
      }
    },
  }
}

/**
 * A gradient does not depend on the learning rate of its own step: smaller updates help only from before it.
 */
function waysOut({ runId, step, checkpointSteps, config }: ReplayContext): string {
  const { learningRate } = config.optimizer
  const from = Math.max(0, ...checkpointSteps.filter((checkpoint) => checkpoint < step()))
  const earlier =
    `recheck resume ${runId} --from ${from} --set optimizer.learningRate=${lower(learningRate)} ` +
    '(smaller updates from an earlier checkpoint on)'
  const beta = Math.min(config.policyBeta / 10, 1e-3)
  const milder = `recheck resume ${runId} --set policyBeta=${String(Number(beta.toPrecision(2)))} (the same step with a milder loss)`
  if (step() === 0) return `To go on: ${milder}`
  return `To go on: ${earlier}, or ${milder}`
}
