export type ModelFamily = 'gpt2' | 'llama' | 'qwen2' | 'qwen3'
export type Activation = 'silu' | 'gelu' | 'geluTanh' | 'relu'

/** llama3 rope scaling; factors as in Hugging Face's `rope_scaling`. */
export interface Llama3RopeScaling {
  readonly factor: number
  readonly lowFrequencyFactor: number
  readonly highFrequencyFactor: number
  readonly originalMaxPositions: number
}

export interface RotarySettings {
  readonly theta: number
  readonly scaling: Llama3RopeScaling | null
  /**
   * Set: frequencies rounded to BF16, as in a PyTorch model that was cast as a whole (`model.bfloat16()`).
   * Folders never ask for it (`from_pretrained` keeps them F32); stored expectations of `recheck verify` may.
   */
  readonly frequencyFormat?: 'BF16'
}

/**
 * A decoder-only transformer, in our words, whatever the family's `config.json` calls things.
 * Letters: C width, H query heads, K key/value heads, D head width, L layers, V vocabulary.
 */
export interface ModelConfig {
  readonly family: ModelFamily
  readonly vocabularySize: number
  readonly width: number
  readonly layers: number
  readonly queryHeads: number
  readonly keyValueHeads: number
  readonly headWidth: number
  readonly feedForwardWidth: number
  readonly maxPositions: number
  readonly activation: Activation
  readonly norm: { readonly kind: 'layerNorm' | 'rmsNorm'; readonly epsilon: number }
  /** null: learned positions (GPT-2). */
  readonly rotary: RotarySettings | null
  /** Bias on q, k and v projections / on the attention's output projection / in the MLP. */
  readonly attentionInputBias: boolean
  readonly attentionOutputBias: boolean
  readonly feedForwardBias: boolean
  /** Qwen3: RMS norm over D on every query and key head before rotary. */
  readonly queryKeyNorm: boolean
  /** The output head shares the token embedding. */
  readonly tiedHead: boolean
  readonly bosId: number | null
  readonly endIds: readonly number[]
  readonly padId: number | null
}
