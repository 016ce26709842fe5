import { freeArray } from '../../core/model/freeArray.ts'
import { buildHeader } from '../../core/model/safetensors.ts'
import type { ParameterValue, ParameterValues } from '../../core/model/parameterValues.ts'
import type { TrainerState } from '../../core/train/engine/trainer.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { viewTensor } from '../host/model/parameterView.ts'
import { readSafetensorsHeader } from '../host/model/safetensorsFiles.ts'

/** Name of the blob in a checkpoint folder. */
export const trainerBlobName = 'trainer.safetensors'

const kinds = { parameter: 'parameters', first: 'firstMoments', second: 'secondMoments' } as const
type Kind = keyof typeof kinds

/** Numbers that are read out of a trainer at a time, where that can be done. */
export const numbersAtATime = 1 << 22

/**
 * A trainer's state as the bytes of a safetensors file, a tensor or some rows of a large one at a time: each is
 * read out of the trainer when its turn comes, and let go of once the next is asked for.
 *
 * @param reference hash of the reference policy's files
 */
export function* trainerBlob(state: TrainerState, reference: string): Generator<Uint8Array> {
  const tensors = (Object.keys(kinds) as Kind[]).flatMap((kind) =>
    [...state[kinds[kind]]].map(([name, value]) => [`${kind}/${name}`, value] as const),
  )
  yield buildHeader(new Map(tensors.map(([name, { shape }]) => [name, shape])), {
    updates: String(state.updates),
    reference,
  })
  for (const [, tensor] of tensors) {
    for (const values of partsOf(tensor)) {
      yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
      if (tensor.isMadeAnew === true) freeArray(values)
    }
  }
}

function* partsOf(tensor: ParameterValue): Generator<Float32Array> {
  const { shape, rows } = tensor
  const [count = 1, columns = 1] = shape
  if (rows === undefined || count * columns <= numbersAtATime) return yield tensor.values
  const each = Math.max(1, Math.floor(numbersAtATime / columns))
  for (let first = 0; first < count; first += each) yield rows(first, Math.min(each, count - first))
}

/**
 * @throws RecheckError `checkpoint.other-model` when the run that wrote the blob had another reference policy
 */
export async function checkReference(path: string, reference: string): Promise<void> {
  const { metadata } = await readSafetensorsHeader(path)
  const written = metadata['reference']
  if (written === reference) return
  throw new RecheckError(
    'checkpoint.other-model',
    `${path} was written beside the model files of hash ${written?.slice(0, 12) ?? 'unknown'}; those of this run have ` +
      `hash ${reference.slice(0, 12)} now. Put the files back that the run began with, or start a new run.`,
  )
}

/**
 * Opens what `trainerBlob` wrote; a tensor is read when its values are asked for.
 *
 * @param trained  shapes of what the run trains
 * @throws RecheckError `checkpoint.other-model` when parameters or shapes are not those of this model
 */
export async function readTrainerBlob(
  path: string,
  trained: ReadonlyMap<string, readonly number[]>,
): Promise<TrainerState> {
  const { metadata, entries } = await readSafetensorsHeader(path)
  const groups: Record<Kind, Map<string, ParameterValue>> = {
    parameter: new Map(),
    first: new Map(),
    second: new Map(),
  }
  for (const [fullName, entry] of entries) {
    const slash = fullName.indexOf('/')
    const kind = fullName.slice(0, slash)
    if (isKind(kind)) groups[kind].set(fullName.slice(slash + 1), viewTensor(path, entry))
  }
  for (const values of Object.values(groups)) checkModel(path, values, trained)
  return {
    parameters: groups.parameter,
    firstMoments: groups.first,
    secondMoments: groups.second,
    updates: Number(metadata['updates'] ?? 0),
  }
}

function isKind(text: string): text is Kind {
  return Object.hasOwn(kinds, text)
}

function checkModel(
  path: string,
  found: ParameterValues,
  model: ReadonlyMap<string, readonly number[]>,
): void {
  for (const [name, shape] of model) {
    const stored = found.get(name)?.shape
    if (stored === undefined || stored.join() !== shape.join()) {
      throw new RecheckError(
        'checkpoint.other-model',
        `${path}: "${name}" has shape ${stored === undefined ? 'none' : `[${stored.join(', ')}]`}, this model needs ` +
          `[${shape.join(', ')}]. The checkpoint belongs to another model; start a new run, or set model.path back.`,
      )
    }
  }
}
