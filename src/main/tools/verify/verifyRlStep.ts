import { join } from 'node:path'
import type { VerifyBatch, VerifyEngine } from '../../../core/train/verify/engine.ts'
import { largestDifference } from '../../../core/train/verify/engine.ts'
import { isJsonObject } from '../../../core/model/config/configFields.ts'
import { openModelFolder, readParameters } from '../../host/model/modelFolder.ts'
import type { OpenVerifyEngine } from '../../host/tensorflow/verifyEngines.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { Expectations } from './expectations.ts'
import { requireRange, storedFloats, unusable, type InputLimits } from './expectations.ts'
import { verifyRlLosses } from './verifyRlLosses.ts'
import type { VerifyRow } from './verifyRow.ts'
import { verifyRow } from './verifyRow.ts'

const logProbLimit = 2e-4

/**
 * The three models of the layout: folder and stored log-probs [rows, longest − 1], rows padded on the right.
 */
const models = [
  { folder: 'policy', quantity: 'policy_log_probs' },
  { folder: 'reference', quantity: 'reference_log_probs' },
  { folder: 'old-policy', quantity: 'old_log_probs' },
] as const

/**
 * Compares the token log-probs of stored rollouts under policy, reference and old policy, and one update per
 * loss.
 */
export async function* verifyRlStep(
  open: OpenVerifyEngine,
  expected: Expectations,
): AsyncGenerator<VerifyRow> {
  const rows = rolloutIds(expected)
  const longest = Math.max(...rows.map((row) => row.length))
  for (const { folder, quantity } of models) {
    const checkpoint = await openModelFolder(join(expected.folder, folder))
    requireRollouts(expected, rows, checkpoint.config)
    const engine = await open(checkpoint)
    const stored = storedFloats(expected, quantity)
    const found = await engine.tokenLogProbs?.(leftPadded(rows))
    if (found !== undefined) {
      const differences = rows.map((row, index) => {
        const at = index * (longest - 1)
        return largestDifference(found[index] ?? [], stored.subarray(at, at + row.length - 1))
      })
      yield verifyRow(engine.name, quantity, { difference: Math.max(...differences), limit: logProbLimit })
    }
    if (folder === 'policy') yield* verifyRlLosses(engine, expected, await readParameters(checkpoint))
    yield await closeEngine(engine, folder)
  }
}

/** Disposes an engine and reports what it left behind. */
export async function closeEngine(engine: VerifyEngine, of?: string): Promise<VerifyRow> {
  const { tensorsLeft } = await engine.dispose()
  const quantity = of === undefined ? 'tensors left' : `tensors left (${of})`
  return verifyRow(engine.name, quantity, { difference: tensorsLeft, limit: 0 })
}

/** @throws RecheckError `verify.no-expectations` for rollouts that the model cannot score */
function requireRollouts(expected: Expectations, rows: readonly Int32Array[], limits: InputLimits): void {
  for (const [index, ids] of rows.entries()) {
    if (ids.length < 2 || ids.length > limits.maxPositions)
      throw unusable(
        expected,
        `rollout ${index} has ${ids.length} tokens, the model takes 2 to ${limits.maxPositions}`,
      )
    requireRange(expected, `rollout ${index}`, ids, limits.vocabularySize)
  }
}

/** The token ids of every rollout. */
export function rolloutIds({ folder, json }: Expectations): readonly Int32Array[] {
  const rollouts = json['rollouts']
  const ids = Array.isArray(rollouts)
    ? rollouts.map((rollout: unknown) => (isJsonObject(rollout) ? rollout['ids'] : null))
    : []
  if (ids.length > 0 && ids.every(isIdList)) return ids.map((list) => Int32Array.from(list))
  throw new RecheckError(
    'verify.no-expectations',
    `${folder}/expected.json: "rollouts" must be a list with token ids`,
  )
}

function isIdList(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((id) => Number.isInteger(id) && Math.abs(id as number) < 2 ** 31)
}

function leftPadded(rows: readonly Int32Array[]): VerifyBatch {
  const length = Math.max(...rows.map((row) => row.length))
  const ids = new Int32Array(rows.length * length)
  const attentionMask = new Int32Array(ids.length)
  const positionIds = new Int32Array(ids.length)
  rows.forEach((row, index) => {
    const start = (index + 1) * length - row.length
    ids.set(row, start)
    attentionMask.fill(1, start, start + row.length)
    row.forEach((_id, at) => (positionIds[start + at] = at))
  })
  return { ids, attentionMask, positionIds, rows: rows.length, length }
}
