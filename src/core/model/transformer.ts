import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from '@tensorflow/tfjs'
import { adapterTensors, factorNames } from './adapter.ts'
import { attend, causalMask, padMask, segmentMask } from './attention.ts'
import type { ComputePlan } from './computePlan.ts'
import type { Block } from './layerBackward.ts'
import { runBlock } from './layerBackward.ts'
import { activate, gatedSilu, layerNorm, rmsNorm } from './layers.ts'
import type { ModelConfig } from './config/modelConfig.ts'
import { embeddingName, headOf, layerPrefix } from './parameterTable.ts'
import type { ModelWeights } from './projections.ts'
import { conv1d, embedRows, embedRowsInto, linear, matrix, multiplyWhole, parameter } from './projections.ts'
import type { Rotation } from './rotary.ts'
import { rotate, rotationAt, rotationOfLength } from './rotary.ts'

/**
 * A model to compute with. Letters: B batch, T positions, C width, H/K query and key heads, D head width, V
 * vocabulary.
 */
export interface Transformer extends ModelWeights {
  readonly config: ModelConfig
  /** Set where a model trains: what is computed in parts, and where gradients go. */
  readonly compute?: ComputePlan
}

export interface ForwardOptions {
  /**
   * [B, T] int32; 1 = counts. Left out: every position counts. Outputs at pads are arbitrary finite numbers.
   */
  readonly attentionMask?: Tensor2D
  /** [B, T] int32. Left out: 0 … T − 1 in every row. */
  readonly positionIds?: Tensor2D
  /**
   * [B, T] whole numbers. Where conversations share a row: which one each position belongs to. Rotary models
   * alone: their scores depend on distances, so that positions may go on from one to the next.
   */
  readonly segments?: Tensor
}

/** Keys and values a layer attends to, [B, K, S, D] each. */
export interface KeyValues {
  readonly keys: Tensor4D
  readonly values: Tensor4D
}

/** What every layer of one pass shares. */
export interface ForwardPass {
  readonly model: Transformer
  readonly batch: number
  readonly length: number
  /** null: learned positions. */
  readonly rotation: Rotation | null
  /** Broadcast to [B, H, T, S]; added to the scores. */
  readonly mask: Tensor
  /** Replaces a layer's fresh keys and values by those to attend to: where a cache comes in. */
  readonly extendKeyValues?: (layer: number, fresh: KeyValues) => KeyValues
}

/**
 * The last hidden states, after the final norm. Static shapes and tfjs ops only, so it can be traced and
 * differentiated.
 *
 * @param ids  [B, T] int32
 * @returns    [B, T, C]; the caller disposes it
 */
export function hiddenStates(model: Transformer, ids: Tensor2D, options: ForwardOptions = {}): Tensor3D {
  const pass = startPass(model, ids, options)
  let x = embedTokens(pass, ids, options.positionIds)
  for (let layer = 0; layer < model.config.layers; layer++) x = plannedLayer(pass, layer, x)
  return finalNorm(model, x).reshape([pass.batch, pass.length, model.config.width])
}

/** @returns [B, T, V]; the caller disposes it */
export function logits(model: Transformer, ids: Tensor2D, options: ForwardOptions = {}): Tensor3D {
  const [B, T] = ids.shape
  const hidden = hiddenStates(model, ids, options).reshape<Tensor2D>([B * T, model.config.width])
  return headLogits(model, hidden).reshape([B, T, model.config.vocabularySize])
}

/**
 * ln π(ids[b, t + 1] | ids[b, ≤ t]); entries whose two tokens are not both real are arbitrary finite numbers.
 *
 * @param ids  [B, T] int32, T ≥ 2
 * @returns    [B, T − 1] ≤ 0; the caller disposes it
 */
export function tokenLogProbs(model: Transformer, ids: Tensor2D, options: ForwardOptions = {}): Tensor2D {
  const [B, T] = ids.shape
  const { logits: predictions, targets } = nextTokenLogits(model, ids, options)
  return model.ops.tokenLogProbs(predictions, targets.as1D()).reshape([B, T - 1])
}

/**
 * Logits of every position that has a next token, with those tokens, one row per prediction.
 *
 * @returns logits [B·(T−1), V], targets int32 [B·(T−1)]; the caller disposes both
 */
export function nextTokenLogits(
  model: Transformer,
  ids: Tensor2D,
  options: ForwardOptions = {},
): { logits: Tensor2D; targets: Tensor } {
  const [B, T] = ids.shape
  const width = model.config.width
  const hidden = hiddenStates(model, ids, options).slice([0, 0, 0], [B, T - 1, width])
  const targets = ids.slice([0, 1], [B, T - 1]).reshape([B * (T - 1)])
  return { logits: headLogits(model, hidden.reshape([B * (T - 1), width])), targets }
}

/** Constants of one pass: rotary tables and the causal mask. */
export function startPass(model: Transformer, ids: Tensor2D, options: ForwardOptions = {}): ForwardPass {
  const [batch, length] = ids.shape
  const { rotary, headWidth, maxPositions } = model.config
  if (length > maxPositions) {
    throw new RangeError(`hiddenStates: rows of ${length} tokens, the model has ${maxPositions} positions`)
  }
  if (options.segments !== undefined && rotary === null)
    throw new RangeError('hiddenStates: conversations cannot share a row of a model with learned positions')
  const causal = causalMask(length)
  const within = options.segments === undefined ? causal : causal.add(segmentMask(options.segments))
  return {
    model,
    batch,
    length,
    rotation: rotary === null ? null : rotationFor(rotary, headWidth, options.positionIds, length),
    mask: options.attentionMask === undefined ? within : within.add(padMask(options.attentionMask)),
  }
}

function rotationFor(
  rotary: NonNullable<ModelConfig['rotary']>,
  headWidth: number,
  positionIds: Tensor2D | undefined,
  length: number,
): Rotation {
  return positionIds === undefined
    ? rotationOfLength(rotary, headWidth, length)
    : rotationAt(rotary, headWidth, positionIds)
}

/** Token embeddings, plus learned positions where the model has them. @returns [B·T, C] */
export function embedTokens(pass: ForwardPass, ids: Tensor2D, positionIds?: Tensor2D): Tensor2D {
  const { config, ops } = pass.model
  const rows = pass.batch * pass.length
  const tokens = tokenRows(pass.model, ids.reshape<Tensor1D>([rows]))
  if (config.rotary !== null) return tokens
  const table = matrix(pass.model, 'transformer.wpe.weight')
  if (positionIds !== undefined) return tokens.add(ops.embed(table, positionIds.reshape([rows])))
  const positions = table.slice([0, 0], [pass.length, config.width])
  return tokens.reshape([pass.batch, pass.length, config.width]).add(positions).reshape([rows, config.width])
}

function tokenRows(model: Transformer, ids: Tensor1D): Tensor2D {
  const { config, compute } = model
  const name = embeddingName(config)
  const sink = compute !== undefined && compute.headChunk < config.vocabularySize ? compute.sink : null
  return sink !== null && compute?.isTrained(name) === true
    ? embedRowsInto(sink, model, name, ids)
    : embedRows(model, name, ids)
}

/** A layer as the model's plan wants it. */
function plannedLayer(pass: ForwardPass, layer: number, x: Tensor2D): Tensor2D {
  const { model, mask, rotation } = pass
  const { adapter } = model
  if (model.compute === undefined) return decoderLayer(pass, layer, x)
  const block: Block = {
    parameters: ownTensors(model, `${layerPrefix(model.config, layer)}.`),
    shared: [mask, ...(rotation === null ? [] : [rotation.cos, rotation.signedSin])],
    run: (parameters, [ownMask, cos, signedSin], input) => {
      const own =
        adapter === undefined ? {} : { adapter: { ...adapter, ...adapterTensors(parameters, adapter.scale) } }
      const turned = rotation === null ? null : { cos, signedSin }
      return decoderLayer(
        { ...pass, model: { ...model, ...own, parameters }, mask: ownMask, rotation: turned },
        layer,
        input,
      )
    },
  }
  return runBlock(model.compute, model.ops, block, x)
}

/** Parameters under a prefix, and the factors of adapters there. */
function ownTensors({ parameters, adapter }: Transformer, prefix: string): Map<string, Tensor> {
  const own = new Map([...parameters].filter(([name]) => name.startsWith(prefix)))
  for (const [module, { a, b }] of adapter?.modules ?? []) {
    if (!module.startsWith(prefix)) continue
    const names = factorNames(module)
    own.set(names.a, a).set(names.b, b)
  }
  return own
}

/**
 * One block: attention and feed-forward, each on a norm and added back. @param x [B·T, C] @returns [B·T, C]
 */
export function decoderLayer(pass: ForwardPass, layer: number, x: Tensor2D): Tensor2D {
  const { model } = pass
  const at = layerPrefix(model.config, layer)
  const isGpt2 = model.config.family === 'gpt2'
  const attended = attentionBlock(pass, layer, norm(model, `${at}.${isGpt2 ? 'ln_1' : 'input_layernorm'}`, x))
  const y = x.add<Tensor2D>(attended)
  return y.add(
    feedForward(model, at, norm(model, `${at}.${isGpt2 ? 'ln_2' : 'post_attention_layernorm'}`, y)),
  )
}

/** The norm before the output head. @param x [N, C] @returns [N, C] */
export function finalNorm(model: Transformer, x: Tensor2D): Tensor2D {
  return norm(model, model.config.family === 'gpt2' ? 'transformer.ln_f' : 'model.norm', x)
}

/** The output head. @param hidden [N, C] @returns [N, V] */
export function headLogits(model: Transformer, hidden: Tensor2D): Tensor2D {
  return multiplyWhole(model, hidden, headOf(model.config))
}

function attentionBlock(pass: ForwardPass, layer: number, x: Tensor2D): Tensor2D {
  const { model, batch: B, length: T } = pass
  const { keyValueHeads: K, headWidth: D } = model.config
  const at = layerPrefix(model.config, layer)
  const [query, key, value] =
    model.config.family === 'gpt2' ? packedHeads(pass, at, x) : separateHeads(pass, at, x)
  const turn = (heads: Tensor4D) => (pass.rotation === null ? heads : rotate(heads, pass.rotation))
  const fresh = {
    keys: turn(key).transpose<Tensor4D>([0, 2, 1, 3]), // [B, K, T, D]
    values: value.reshape<Tensor4D>([B, T, K, D]).transpose<Tensor4D>([0, 2, 1, 3]),
  }
  const { keys, values } = pass.extendKeyValues?.(layer, fresh) ?? fresh
  const attended = attend(turn(query).mul(1 / Math.sqrt(D)), keys, values, pass.mask)
  return model.config.family === 'gpt2'
    ? conv1d(model, `${at}.attn.c_proj`, attended)
    : linear(model, `${at}.self_attn.o_proj`, attended)
}

/** GPT-2: one matrix for q, k and v. @returns [B, T, H, D] each */
function packedHeads(pass: ForwardPass, at: string, x: Tensor2D): [Tensor4D, Tensor4D, Tensor4D] {
  const { queryHeads: H, headWidth: D } = pass.model.config
  const packed = conv1d(pass.model, `${at}.attn.c_attn`, x) // [B·T, 3·C]
  const [q, k, v] = packed.split(3, 1).map((part) => part.reshape<Tensor4D>([pass.batch, pass.length, H, D]))
  return [q, k, v]
}

/** Separate projections, with Qwen3's norm of every query and key head. @returns [B, T, H | K, D] */
function separateHeads(pass: ForwardPass, at: string, x: Tensor2D): [Tensor4D, Tensor4D, Tensor4D] {
  const { model, batch: B, length: T } = pass
  const { queryHeads: H, keyValueHeads: K, headWidth: D, queryKeyNorm, norm: settings } = model.config
  const project = (name: 'q' | 'k' | 'v', heads: number): Tensor4D => {
    const flat = linear(model, `${at}.self_attn.${name}_proj`, x)
    if (!queryKeyNorm || name === 'v') return flat.reshape([B, T, heads, D])
    const weight = parameter(model, `${at}.self_attn.${name}_norm.weight`)
    return rmsNorm(flat.reshape([B * T * heads, D]), weight, settings.epsilon).reshape([B, T, heads, D])
  }
  return [project('q', H), project('k', K), project('v', K)]
}

function feedForward(model: Transformer, at: string, x: Tensor2D): Tensor2D {
  const { activation, family } = model.config
  if (family === 'gpt2') {
    return conv1d(model, `${at}.mlp.c_proj`, activate(activation, conv1d(model, `${at}.mlp.c_fc`, x)))
  }
  const gate = linear(model, `${at}.mlp.gate_proj`, x)
  const up = linear(model, `${at}.mlp.up_proj`, x)
  const gated = activation === 'silu' ? gatedSilu(gate, up) : activate(activation, gate).mul<Tensor2D>(up)
  return linear(model, `${at}.mlp.down_proj`, gated)
}

function norm(model: Transformer, name: string, x: Tensor2D): Tensor2D {
  const { kind, epsilon } = model.config.norm
  const weight = parameter(model, `${name}.weight`)
  return kind === 'rmsNorm'
    ? rmsNorm(x, weight, epsilon)
    : layerNorm(x, weight, parameter(model, `${name}.bias`), epsilon)
}
