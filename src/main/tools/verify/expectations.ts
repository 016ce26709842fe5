import { join } from 'node:path'
import type { JsonObject } from '../../../core/model/configFields.ts'
import type { VerifyBatch } from '../../../core/train/verify/engine.ts'
import { readJsonFile } from '../../host/machine/jsonFiles.ts'
import type { StoredTensor } from '../../host/model/safetensorsFiles.ts'
import { readAllTensors } from '../../host/model/safetensorsFiles.ts'
import { RecheckError } from '../../../shared/recheckError.ts'

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

/** `input_ids`, `attention_mask`, `position_ids`, all [rows, length]. */
export function storedBatch(expected: Expectations): VerifyBatch {
  const { ids, shape } = storedIds(expected, 'input_ids')
  return {
    ids,
    attentionMask: storedIds(expected, 'attention_mask').ids,
    positionIds: storedIds(expected, 'position_ids').ids,
    rows: shape[0],
    length: shape[1],
  }
}
