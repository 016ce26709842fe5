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
