/** One parameter outside an engine: row-major F32 values under its Hugging Face name. */
export interface ParameterValue {
  readonly shape: readonly number[]
  /**
   * May be made anew each time it is asked for (read from a file, out of an engine): kept by whoever needs it
   * twice.
   */
  readonly values: Float32Array
  /** The same numbers as their file holds them, little-endian, where that is 16 bits each. */
  readonly halves?: { readonly format: 'BF16' | 'F16'; readonly bytes: Uint8Array }
  /** Some rows of a matrix [rows, columns] in a new array, where they can be read without the others. */
  readonly rows?: (first: number, count: number) => Float32Array
  /** What is asked for here is nobody else's: whoever has used it may give its memory back (`freeArray`). */
  readonly isMadeAnew?: boolean
}

/** Reads rows `first` … `first + count − 1` of a matrix: alone where that can be done, else out of all of them. */
export function rowReader(matrix: ParameterValue): NonNullable<ParameterValue['rows']> {
  if (matrix.rows !== undefined) return matrix.rows
  const [, columns] = matrix.shape
  const { values } = matrix
  return (first, count) => values.subarray(first * columns, (first + count) * columns)
}

/**
 * Every trainable parameter by its Hugging Face name (`model.layers.0.self_attn.q_proj.weight`,
 * `h.0.attn.c_attn.weight`), in the layout of the file: linear weights [out, in], GPT-2's Conv1D [in, out]. A
 * tied head has no entry of its own.
 */
export type ParameterValues = ReadonlyMap<string, ParameterValue>

/** Every value as it is now, in memory: for what outlives the place that a view reads from. */
export function copiedValues(view: ParameterValues): ParameterValues {
  return new Map([...view].map(([name, { shape, values }]) => [name, { shape, values }]))
}
