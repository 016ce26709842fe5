/** One parameter outside an engine: row-major F32 values under its Hugging Face name. */
export interface ParameterValue {
  readonly shape: readonly number[]
  readonly values: Float32Array
}

/**
 * Every trainable parameter by its Hugging Face name (`model.layers.0.self_attn.q_proj.weight`, `h.0.attn.c_attn.weight`),
 * in the layout of the file: linear weights [out, in], GPT-2's Conv1D [in, out]. A tied head has no entry of its own.
 */
export type ParameterValues = ReadonlyMap<string, ParameterValue>
