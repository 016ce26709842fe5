import { storedConfig } from '../store/runs/storedConfig.ts'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { viewParameters } from '../host/model/parameterView.ts'
import type { TokenRow, Trainer } from '../../core/train/engine/trainer.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { CheckpointRecord, Run } from '../../shared/runs/records.ts'
import { trainedShapes } from '../run/trainedParameters.ts'
import { openTrainingEngines } from '../trainer/engines.ts'
import { openNewestCheckpoint } from '../run/newestCheckpoint.ts'
import { readRefusedBatch, refusedBatchPath } from '../trainer/refusedBatch.ts'
import { loadRunMaterial } from '../run/runMaterial.ts'
import { warmedModel } from '../run/warmUpFolder.ts'
import { readTrainerBlob, trainerBlobName } from '../trainer/trainerStateFile.ts'

export interface ReplaySetup {
  readonly dataDir: string
  readonly run: Run
  readonly checkpoints: readonly CheckpointRecord[]
  /** null = the last batch kept. */
  readonly step: number | null
  readonly onProgress: (done: number, total: number) => void
}

/** One rollout of the batch, by itself. */
export interface ReplayedRow {
  /** Place in the batch, from 0. */
  readonly row: number
  readonly tokens: number
  /** Its part of the batch's loss; null when that, or its gradient, is not finite. */
  readonly loss: number | null
  /** Of its part alone, before clipping. */
  readonly gradientNorm: number | null
  /** What is not finite about it. */
  readonly problem: string | null
  /** The greatest magnitude among what the loss was given. */
  readonly largestInput: { readonly name: string; readonly value: number }
  /** The whole conversation. */
  readonly text: string
}

export interface Replay {
  readonly step: number
  readonly path: string
  /** What the trainer said of the batch when it refused it. */
  readonly error: string
  readonly rows: readonly ReplayedRow[]
}

/**
 * Gives each rollout of a refused batch to the trainer by itself, with the weights of the checkpoint that was
 * written when it was refused. Nothing is stored and no weight moves.
 *
 * @throws RecheckError `replay.none`, `replay.no-checkpoint`, `replay.damaged`
 */
export async function replayBatch({
  dataDir,
  run,
  checkpoints,
  step,
  onProgress,
}: ReplaySetup): Promise<Replay> {
  const path = join(dataDir, keptBatch(dataDir, run.runId, step))
  const refused = await readRefusedBatch(path)
  const newest = await openNewestCheckpoint(
    dataDir,
    checkpoints.filter((record) => record.step === refused.step),
  )
  if (newest === null) throw noCheckpoint(run.runId, refused.step)
  // one row at a time: a micro-batch of more would be padding
  const config = { ...storedConfig(run), microBatch: 1 }
  const warmed = warmedModel(config, dataDir, run.runId)
  const material = await loadRunMaterial(config, process.cwd(), { warmedFolder: warmed })
  const weights = { policy: viewParameters(material.policy), reference: viewParameters(material.reference) }
  const shapes = trainedShapes(config, material.policy.config)
  const state = await readTrainerBlob(newest.checkpoint.blobPath(trainerBlobName), shapes)
  const engines = await openTrainingEngines(config, material, weights)
  try {
    const rows: ReplayedRow[] = []
    for (const [place, row] of refused.batch.rows.entries()) {
      await engines.trainer.writeState(state)
      const text = material.tokenizer.decode([...row.ids])
      rows.push({ ...(await replayRow(engines.trainer, row)), row: place, text })
      onProgress(rows.length, refused.batch.rows.length)
    }
    return { step: refused.step, path, error: refused.error, rows }
  } finally {
    await engines.trainer.dispose()
    await engines.reference?.dispose()
  }
}

/** Relative to the data folder. */
function keptBatch(dataDir: string, runId: string, step: number | null): string {
  const folder = dirname(refusedBatchPath(runId, 0))
  const names = existsSync(join(dataDir, folder)) ? readdirSync(join(dataDir, folder)) : []
  const kept = names.filter((name) => /^step-\d+\.json$/.test(name)).sort()
  const wanted =
    step === null ? kept.at(-1) : kept.find((name) => name === refusedBatchPath('', step).split('/').at(-1))
  if (wanted !== undefined) return `${folder}/${wanted}`
  const steps = kept.map((name) => Number(name.slice(5, -5))).join(', ')
  throw new RecheckError(
    'replay.none',
    `run ${runId} keeps ${kept.length === 0 ? 'no batch' : `batches of step ${steps}`}${step === null ? '' : `, none of step ${step}`}: ` +
      'a batch is kept when its update was not finite.',
  )
}

async function replayRow(trainer: Trainer, row: TokenRow): Promise<Omit<ReplayedRow, 'row' | 'text'>> {
  const facts = { tokens: row.ids.length, largestInput: largestInputOf(row) }
  try {
    const { loss, gradientNorm } = await trainer.step({ rows: [row] }, 0)
    return { ...facts, loss, gradientNorm, problem: null }
  } catch (thrown) {
    if (!(thrown instanceof RecheckError) || thrown.code !== 'trainer.not-finite') throw thrown
    return {
      ...facts,
      loss: null,
      gradientNorm: null,
      problem: `${String(thrown.data['what'])} ${String(thrown.data['value'])}`,
    }
  }
}

function largestInputOf({ inputs }: TokenRow): ReplayedRow['largestInput'] {
  const all = Object.entries(inputs).flatMap(([name, values]) =>
    [...values].map((value) => ({ name, value })),
  )
  // NaN is larger than anything here
  const size = ({ value }: { readonly value: number }): number =>
    Number.isNaN(value) ? Infinity : Math.abs(value)
  return all.reduce((largest, next) => (size(next) > size(largest) ? next : largest), { name: '', value: 0 })
}

function noCheckpoint(runId: string, step: number): RecheckError {
  return new RecheckError(
    'replay.no-checkpoint',
    `run ${runId} has no checkpoint of step ${step} any more, without which the batch cannot be replayed. With ` +
      'miniBatches above 1 none is written, because updates before the refused one have been applied.',
  )
}
