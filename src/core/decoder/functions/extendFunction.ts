import { FunctionBuilder } from '../../graph/functionBuilder.ts'
import type { Value } from '../../graph/functionBuilder.ts'
import { addCalledFunction } from '../../graph/functionCall.ts'
import { FunctionOps } from '../../graph/functionOps.ts'
import { addCachedForward, addLogits, CacheFrame } from './cachedForward.ts'
import type { LayerCache } from './cachedForward.ts'
import { addDraw } from './draw.ts'
import type { DrawKind } from './draw.ts'
import type { ModelInFunction } from './modelFunction.ts'
import { samplerNames } from './samplerNames.ts'
import { drawArguments, modelArguments, modelInputs } from './samplerArguments.ts'
import type { SamplerParts } from './samplerParts.ts'

/**
 * T more tokens for each of P rows, whole prompts (their starts are 0) or what follows a cached one, and the
 * first token of M samples that continue them. Pads are written where nothing looks.
 */
export function addExtend(parts: SamplerParts, kind: DrawKind): void {
  const { graph, config, caches: cacheHandles } = parts
  const names = samplerNames.extend(kind)
  const builder = new FunctionBuilder(names.functionName, parts.compilation)
  const ops = new FunctionOps(builder)
  const ids = builder.argument('int32')
  const [starts, counts, slots, parents] = [0, 1, 2, 3].map(() => builder.argument('int32'))
  const uniforms = builder.argument('float32')
  const inputs = drawArguments(builder)
  const model: ModelInFunction = { ops, config, parameters: modelArguments(ops, parts) }
  const handles = cacheHandles.map(() => builder.argument('resource'))
  const caches = gatheredCaches(ops, handles, slots)
  const tokens = ops.size(ids, 1)
  const frame = new CacheFrame(ops, caches[0].keys, config.keyValueHeads)
  const positions = tokenPositions(ops, { starts, counts, tokens, unseen: frame.unseen })
  const forward = addCachedForward(model, {
    ids: ops.reshape(ops.cast(ids, 'int64'), [-1]),
    positions: ops.reshape(positions, [-1]),
    tokens,
    caches,
    places: frame.places(positions, tokens),
  })
  storeCaches(ops, handles, slots, forward.caches)
  // the last token of each row: row · T + count − 1
  const lastTokens = ops.binary('Sub', counts, ops.int(1))
  const starting = ops.binary('Mul', ops.range(ops.size(ids, 0)), tokens)
  const last = ops.gather(forward.stream, ops.binary('AddV2', starting, lastTokens))
  const logits = ops.gather(addLogits(model, last), parents)
  const { vocabularySize } = config
  const drawn = addDraw(ops, kind, logits, { uniforms, inputs, vocabularySize })
  builder.result(ops.cast(drawn.ids, 'int32'))
  builder.result(drawn.logProbs)
  const vector = (name: string) => graph.placeholder(name, 'int32', [-1])
  addCalledFunction(graph, builder, {
    inputs: [
      graph.placeholder(names.ids, 'int32', [-1, -1]),
      ...[names.starts, names.counts, names.slots, names.parents].map(vector),
      graph.placeholder(names.uniforms, 'float32', [2, -1]),
      ...parts.drawInputs,
      ...modelInputs(parts),
      ...cacheHandles,
    ],
    outputs: [names.drawnIds, names.drawnLogProbs],
    done: `sampler/extend/${kind}/done`,
  })
}

interface TokenPlan {
  readonly starts: Value
  readonly counts: Value
  readonly tokens: Value
  readonly unseen: Value
}

/** Each token's place in its row; pads at the place that nothing looks at. → [P, T] int64 */
function tokenPositions(ops: FunctionOps, { starts, counts, tokens, unseen }: TokenPlan): Value {
  const numbers = ops.expand(ops.cast(ops.range(tokens), 'int64'), 0)
  const own = ops.binary('AddV2', ops.expand(ops.cast(starts, 'int64'), 1), numbers)
  const isToken = ops.compare('Less', numbers, ops.expand(ops.cast(counts, 'int64'), 1))
  return ops.select(isToken, own, unseen)
}

/** The named slots' caches, [P, K, S, D] each. */
export function gatheredCaches(ops: FunctionOps, handles: readonly Value[], slots: Value): LayerCache[] {
  const caches: LayerCache[] = []
  for (let i = 0; i < handles.length; i += 2) {
    const [keys, values] = handles
      .slice(i, i + 2)
      .map((handle) => ops.gather(ops.read(handle, 'float32'), slots))
    caches.push({ keys, values })
  }
  return caches
}

export function storeCaches(
  ops: FunctionOps,
  handles: readonly Value[],
  slots: Value,
  caches: readonly LayerCache[],
): void {
  const rows = ops.expand(slots, 1)
  caches
    .flatMap(({ keys, values }) => [keys, values])
    .forEach((cache, i) => {
      ops.builder.assign(handles[i], ops.replaceRows(ops.read(handles[i], 'float32'), rows, cache))
    })
}
