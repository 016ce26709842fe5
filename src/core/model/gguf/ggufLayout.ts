import type { ModelConfig } from '../config/modelConfig.ts'
import { parameterShapes } from '../parameterTable.ts'
import { storageOf } from '../weightStorage.ts'
import type { WrittenTensor } from './ggufHeaderBytes.ts'
import { ggufName, layoutOf, ropeFactorsName, rotaryRow, type TensorPlan } from './ggufTensors.ts'
import { llama3Factors } from './ropeFactors.ts'

/** A tensor of a GGUF file that is made of a parameter. */
export interface ExportedTensor extends WrittenTensor {
  /** As in `parameterShapes`. */
  readonly parameter: string
  readonly layout: TensorPlan['layout']
}

/**
 * The tensors of a model in llama.cpp's names and layouts, as its convert_hf_to_gguf.py writes them for
 * `--outtype f16`: matrices as F16, norms, biases and learned positions as F32.
 */
export function exportedTensors(config: ModelConfig): readonly ExportedTensor[] {
  return [...parameterShapes(config)].map(([parameter, shape]) => {
    const layout = layoutOf(config, parameter)
    return {
      name: ggufName(parameter),
      parameter,
      shape: layout === 'transposed' ? shape.toReversed() : shape,
      type: storageOf(parameter, shape, 'f16') === 'f16' ? 'F16' : 'F32',
      layout,
    }
  })
}

/** A tensor that llama.cpp reads the rope settings of Llama 3.1 to 3.3 from; null where a model has none. */
export function ropeFactorsTensor({
  rotary,
  headWidth,
}: ModelConfig): (WrittenTensor & { readonly values: Float32Array }) | null {
  if (rotary === null || rotary.scaling === null) return null
  const values = Float32Array.from(llama3Factors({ theta: rotary.theta, headWidth }, rotary.scaling))
  return { name: ropeFactorsName, shape: [values.length], type: 'F32', values }
}

/**
 * The values of a parameter in the order of the file.
 *
 * @param values  [rows, columns] or [rows], as transformers keeps them; not changed
 * @param headWidth  of the model; used by `rotary` layouts
 */
export function inFileOrder(
  values: Float32Array,
  { shape, layout }: Pick<ExportedTensor, 'shape' | 'layout'>,
  headWidth: number,
): Float32Array {
  if (layout === 'as-is') return values
  const [rows, columns = 1] = shape
  const ordered = new Float32Array(values.length)
  if (layout === 'transposed') {
    for (let row = 0, at = 0; row < rows; row++)
      for (let column = 0; column < columns; column++, at++) ordered[at] = values[column * rows + row]
    return ordered
  }
  for (let row = 0; row < rows; row++) {
    const head = row - (row % headWidth)
    const target = (head + rotaryRow(row % headWidth, headWidth)) * columns
    ordered.set(values.subarray(row * columns, (row + 1) * columns), target)
  }
  return ordered
}
