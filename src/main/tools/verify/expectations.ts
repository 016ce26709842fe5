import { join } from 'node:path'
import type { JsonObject } from '../../../core/model/config/configFields.ts'
import type { ModelConfig } from '../../../core/model/config/modelConfig.ts'
import { shapeText } from '../../../core/model/safetensors.ts'
import { unpaddedRows, type VerifyBatch } from '../../../core/train/verify/engine.ts'
import { readJsonFile } from '../../host/machine/jsonFiles.ts'
import type { StoredTensor } from '../../host/model/safetensorsFiles.ts'
import { readAllTensors } from '../../host/model/safetensorsFiles.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'

/** What a folder says its models compute: `expected.json` and `expected.safetensors`. */
export interface Expectations {
  readonly folder: string
  readonly json: JsonObject
  readonly tensors: ReadonlyMap<string, StoredTensor>
}

/** @throws RecheckError `verify.no-expectations` where the folder holds none */
export async function readExpectations(folder: string): Promise<Expectations> {
  const json = await readJsonFile(join(folder, 'expected.json'))
  if (json === null) {
    throw new RecheckError(
      'verify.no-expectations',
      `${folder}: no expected.json here. Give a model folder with expected.json and expected.safetensors; ` +
        'tests/oracles/model_expectations.py makes both for a Hugging Face folder.',
    )
  }
  return { folder, json, tensors: await readAllTensors(join(folder, 'expected.safetensors')) }
}

export function storedFloats({ folder, tensors }: Expectations, name: string): Float32Array {
  const tensor = tensors.get(name)
  if (tensor?.values instanceof Float32Array) return tensor.values
  throw new RecheckError(
    'verify.no-expectations',
    `${folder}: expected.safetensors has no float tensor "${name}"`,
  )
}

export function storedIds(
  { folder, tensors }: Expectations,
  name: string,
): { ids: Int32Array; shape: [number, number] } {
  const tensor = tensors.get(name)
  const [rows, columns] = tensor?.shape ?? []
  if (tensor?.values instanceof Int32Array && rows !== undefined && columns !== undefined) {
    return { ids: tensor.values, shape: [rows, columns] }
  }
  throw new RecheckError(
    'verify.no-expectations',
    `${folder}: expected.safetensors has no int32 matrix "${name}"`,
  )
}

export function storedNumber({ folder, json }: Expectations, name: string): number {
  const value = json[name]
  if (typeof value === 'number') return value
  throw new RecheckError('verify.no-expectations', `${folder}/expected.json: "${name}" must be a number`)
}

/** What a model takes as input. */
export type InputLimits = Pick<ModelConfig, 'vocabularySize' | 'maxPositions'>

/**
 * `input_ids`, `attention_mask`, `position_ids`, all [rows, length].
 *
 * @throws RecheckError `verify.no-expectations` for what the model cannot take, and where no pair of real
 *   tokens is left to compare
 */
export function storedBatch(expected: Expectations, limits: InputLimits): VerifyBatch {
  const { ids, shape } = storedIds(expected, 'input_ids')
  const [rows, length] = shape
  const sameShape = (name: string): Int32Array => {
    const { ids: values, shape: found } = storedIds(expected, name)
    if (found[0] === rows && found[1] === length) return values
    throw unusable(expected, `"${name}" is ${shapeText(found)}, "input_ids" ${shapeText(shape)}`)
  }
  const attentionMask = sameShape('attention_mask')
  const positionIds = sameShape('position_ids')
  requireRange(expected, 'input_ids', ids, limits.vocabularySize)
  requireRange(expected, 'attention_mask', attentionMask, 2)
  requireRange(expected, 'position_ids', positionIds, limits.maxPositions)
  const batch = { ids, attentionMask, positionIds, rows, length }
  if (unpaddedRows(batch).every((row) => row.length >= 2)) return batch
  throw unusable(expected, 'a row has fewer than two real tokens, so nothing of it can be compared')
}

/** @throws RecheckError `verify.no-expectations` where a value is not a whole number from 0 to `end` − 1 */
export function requireRange(
  expected: Expectations,
  name: string,
  values: Iterable<number>,
  end: number,
): void {
  const wrong = [...values].find((value) => !(Number.isInteger(value) && value >= 0 && value < end))
  if (wrong === undefined) return
  throw unusable(expected, `"${name}" holds ${String(wrong)}, the model takes 0 to ${end - 1}`)
}

export function unusable({ folder }: Expectations, what: string): RecheckError {
  return new RecheckError(
    'verify.no-expectations',
    `${folder}: the stored expectations cannot be used: ${what}.`,
  )
}
