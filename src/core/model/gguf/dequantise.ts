import { decodeFloats, halfToNumber } from '../safetensors.ts'
import { blockLayouts, type GgmlType } from './ggmlTypes.ts'

/**
 * Whole blocks of a ggml format as F32, rounded once: the numbers of llama.cpp's `dequantize_row_*` and of
 * gguf-py's `dequantize`, bit for bit (a product of a half and a small whole number is exact).
 *
 * @param bytes   whole blocks
 * @param target  as many elements as the blocks hold
 */
export function dequantise(type: GgmlType, bytes: Uint8Array, target: Float32Array): void {
  if (type === 'F32' || type === 'F16' || type === 'BF16') {
    decodeFloats(type, bytes, target)
    return
  }
  const layout = blockLayouts[type]
  const blocks = bytes.length / layout.bytes
  if (!Number.isInteger(blocks) || blocks * layout.elements !== target.length) {
    throw new RangeError(
      `dequantise: ${bytes.length} bytes of ${type} are no ${target.length} values (${layout.bytes} bytes each ${layout.elements})`,
    )
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const readBlock = blockReaders[type]
  for (let block = 0; block < blocks; block++) {
    readBlock(view, block * layout.bytes, target.subarray(block * layout.elements))
  }
}

/** One block that begins at a byte of the view, into the first elements of `out`. */
type ReadBlock = (view: DataView, at: number, out: Float32Array) => void

const blockReaders: Readonly<Record<Exclude<GgmlType, 'F32' | 'F16' | 'BF16'>, ReadBlock>> = {
  Q8_0(view, at, out) {
    const d = half(view, at)
    for (let i = 0; i < 32; i++) out[i] = d * view.getInt8(at + 2 + i)
  },
  Q4_0(view, at, out) {
    const d = half(view, at)
    for (let i = 0; i < 16; i++) {
      const pair = view.getUint8(at + 2 + i)
      out[i] = d * ((pair & 15) - 8)
      out[i + 16] = d * ((pair >> 4) - 8)
    }
  },
  Q4_1(view, at, out) {
    const [d, m] = [half(view, at), half(view, at + 2)]
    for (let i = 0; i < 16; i++) {
      const pair = view.getUint8(at + 4 + i)
      out[i] = d * (pair & 15) + m
      out[i + 16] = d * (pair >> 4) + m
    }
  },
  Q5_0(view, at, out) {
    const d = half(view, at)
    const high = view.getUint32(at + 2, true)
    for (let i = 0; i < 16; i++) {
      const pair = view.getUint8(at + 6 + i)
      out[i] = d * (((pair & 15) | fifthBit(high, i)) - 16)
      out[i + 16] = d * (((pair >> 4) | fifthBit(high, i + 16)) - 16)
    }
  },
  Q5_1(view, at, out) {
    const [d, m] = [half(view, at), half(view, at + 2)]
    const high = view.getUint32(at + 4, true)
    for (let i = 0; i < 16; i++) {
      const pair = view.getUint8(at + 8 + i)
      out[i] = d * ((pair & 15) | fifthBit(high, i)) + m
      out[i + 16] = d * ((pair >> 4) | fifthBit(high, i + 16)) + m
    }
  },
  Q4_K(view, at, out) {
    const [d, dmin] = [half(view, at), half(view, at + 2)]
    for (let group = 0; group < 8; group++) {
      const { scale, minimum } = scaleAndMinimum(view, at + 4, group)
      const quants = at + 16 + 32 * (group >> 1)
      const shift = group & 1 ? 4 : 0
      for (let i = 0; i < 32; i++) {
        const q = (view.getUint8(quants + i) >> shift) & 15
        out[32 * group + i] = d * scale * q - dmin * minimum
      }
    }
  },
  Q5_K(view, at, out) {
    const [d, dmin] = [half(view, at), half(view, at + 2)]
    for (let group = 0; group < 8; group++) {
      const { scale, minimum } = scaleAndMinimum(view, at + 4, group)
      const quants = at + 48 + 32 * (group >> 1)
      const shift = group & 1 ? 4 : 0
      for (let i = 0; i < 32; i++) {
        const high = (view.getUint8(at + 16 + i) >> group) & 1
        const q = ((view.getUint8(quants + i) >> shift) & 15) | (high << 4)
        out[32 * group + i] = d * scale * q - dmin * minimum
      }
    }
  },
  Q6_K(view, at, out) {
    const d = half(view, at + 208)
    for (let element = 0; element < 256; element++) {
      // two halves of 128; of each, four quarters of 32 that share the bytes of their upper two bits
      const [side, within] = [element >> 7, element & 127]
      const [quarter, i] = [within >> 5, within & 31]
      const low = view.getUint8(at + 64 * side + 32 * (quarter & 1) + i) >> (quarter & 2 ? 4 : 0)
      const high = view.getUint8(at + 128 + 32 * side + i) >> (2 * quarter)
      const scale = view.getInt8(at + 192 + (element >> 4))
      out[element] = d * scale * (((low & 15) | ((high & 3) << 4)) - 32)
    }
  },
}

function half(view: DataView, at: number): number {
  return halfToNumber(view.getUint16(at, true))
}

function fifthBit(bits: number, index: number): number {
  return ((bits >>> index) & 1) << 4
}

/** Six bits each of eight scales and eight minima, packed in twelve bytes. */
function scaleAndMinimum(
  view: DataView,
  at: number,
  group: number,
): { readonly scale: number; readonly minimum: number } {
  const byte = (index: number): number => view.getUint8(at + index)
  if (group < 4) return { scale: byte(group) & 63, minimum: byte(group + 4) & 63 }
  return {
    scale: (byte(group + 4) & 15) | ((byte(group - 4) >> 6) << 4),
    minimum: (byte(group + 4) >> 4) | ((byte(group) >> 6) << 4),
  }
}
