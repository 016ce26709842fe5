import { closeSync, openSync, readSync } from 'node:fs'
import { countNonFinite } from '../../../core/model/nonFinite.ts'
import { freeArray } from '../../../core/model/freeArray.ts'
import type { ParameterValue, ParameterValues } from '../../../core/model/parameterValues.ts'
import { decodeFloats, isFloatFormat, type TensorEntry } from '../../../core/model/safetensors.ts'
import { sizeOf } from '../../../core/model/parameterTable.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { quoted, shortened } from '../../../shared/text/shortened.ts'
import { readError } from '../../disk/fileError.ts'
import type { ModelFolder } from './modelFolder.ts'
import { notFinite } from './weightFiles.ts'

/**
 * A checkpoint's parameters, each read from its file when its values are asked for: whoever takes one after
 * another holds one tensor, never the model.
 *
 * @throws RecheckError `checkpoint.format`, `checkpoint.corrupt`, `checkpoint.not-finite`, `file.*` when
 *   values are asked for
 */
export function viewParameters(checkpoint: ModelFolder): ParameterValues {
  return new Map([...checkpoint.entries].map(([name, entry]) => [name, viewTensor(entry.path, entry)]))
}

/** One float tensor of a safetensors file, read when its values are asked for. @throws as `viewParameters` */
export function viewTensor(path: string, entry: TensorEntry): ParameterValue {
  const { format, shape } = entry
  const rows = (first: number, count: number) => readFloats(path, rowsOf(entry, first, count))
  const whole = {
    shape,
    rows,
    isMadeAnew: true,
    get values() {
      return readFloats(path, entry)
    },
  }
  if (format !== 'BF16' && format !== 'F16') return whole
  const half: 'BF16' | 'F16' = format
  return {
    shape,
    rows,
    isMadeAnew: true,
    get values() {
      return whole.values
    },
    get halves() {
      const bytes = readTensor(path, entry)
      requireFiniteHalves(path, entry, bytes)
      return { format: half, bytes }
    },
  }
}

/** The part of a matrix's bytes that holds some of its rows. */
function rowsOf(entry: TensorEntry, first: number, count: number): TensorEntry {
  const [rows = 1, ...inner] = entry.shape
  const rowBytes = (entry.end - entry.start) / rows
  const start = entry.start + first * rowBytes
  return { ...entry, shape: [count, ...inner], start, end: start + count * rowBytes }
}

function readFloats(path: string, entry: TensorEntry): Float32Array {
  const { format, shape } = entry
  if (!isFloatFormat(format)) {
    throw new RecheckError(
      'checkpoint.format',
      `${path}: ${quoted(entry.name)} is ${shortened(format)}, expected F32, F16 or BF16`,
    )
  }
  const bytes = readTensor(path, entry)
  // safetensors is little-endian, as every machine is that TensorFlow and ONNX Runtime are built for
  const values = format === 'F32' ? new Float32Array(bytes.buffer) : new Float32Array(sizeOf(shape))
  if (format !== 'F32') {
    decodeFloats(format, bytes, values)
    freeArray(bytes)
  }
  requireFinite(path, entry, values)
  return values
}

function readTensor(path: string, entry: TensorEntry): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(entry.end - entry.start)
  const file = openOrThrow(path)
  try {
    for (let done = 0; done < bytes.length;) {
      const read = readSync(file, bytes, done, Math.min(bytes.length - done, 64 << 20), entry.start + done)
      if (read === 0) {
        throw new RecheckError(
          'checkpoint.corrupt',
          `${path}: ends before byte ${entry.start + done}, in the middle of a tensor`,
        )
      }
      done += read
    }
  } finally {
    closeSync(file)
  }
  return bytes
}

function openOrThrow(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (thrown) {
    throw readError(thrown, path)
  }
}

function requireFiniteHalves(path: string, entry: TensorEntry, bytes: Uint8Array): void {
  const exponent = entry.format === 'BF16' ? 0x7f80 : 0x7c00
  let count = 0
  for (const half of new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2))
    if ((half & exponent) === exponent) count++
  if (count > 0) throw notFinite(path, entry, count)
}

/** One weight that is no number makes every logit NaN, and a model that trained to it is lost. */
function requireFinite(path: string, entry: TensorEntry, values: Float32Array): void {
  const count = countNonFinite(values)
  if (count > 0) throw notFinite(path, entry, count)
}
