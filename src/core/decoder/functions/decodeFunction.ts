import { FunctionBuilder } from '../../graph/functionBuilder.ts'
import type { Value } from '../../graph/functionBuilder.ts'
import { addCalledFunction } from '../../graph/functionCall.ts'
import { FunctionOps } from '../../graph/functionOps.ts'
import { addCachedForward, addLogits, CacheFrame } from './cachedForward.ts'
import type { LayerCache } from './cachedForward.ts'
import { addDraw } from './draw.ts'
import type { DrawKind } from './draw.ts'
import { gatheredCaches, storeCaches } from './extendFunction.ts'
import { drawArguments, modelArguments, modelInputs } from './samplerArguments.ts'
import type { SamplerParts } from './samplerParts.ts'
import { samplerNames } from './samplerNames.ts'

/**
 * N tokens for each of R rows in one run: the loop, the caches and the draws are all in the graph. Its
 * condition is the count alone, so that nothing waits to learn whether rows have ended; what a row draws
 * after its end the caller drops.
 */
export function addDecode(parts: SamplerParts, kind: DrawKind): void {
  const { graph, caches: cacheHandles } = parts
  const names = samplerNames.decode(kind)
  const builder = new FunctionBuilder(names.functionName, parts.compilation)
  const ops = new FunctionOps(builder)
  const [first, lengths, slots] = [0, 1, 2].map(() => builder.argument('int32'))
  const uniforms = builder.argument('float32')
  const { inverseTemperature, topK, topP } = drawArguments(builder)
  const parameters = modelArguments(ops, parts)
  const handles = cacheHandles.map(() => builder.argument('resource'))
  const [steps, rows] = [ops.size(uniforms, 0), ops.size(first, 0)]
  const changing = [
    ops.int(0),
    ops.cast(first, 'int64'),
    ops.fill([steps, rows], ops.cast(ops.int(0), 'int64')),
    ops.fill([steps, rows], ops.float(0)),
    ...flat(gatheredCaches(ops, handles, slots)),
  ]
  const fixed = [
    steps,
    ops.cast(lengths, 'int64'),
    uniforms,
    inverseTemperature,
    topK,
    topP,
    ...parameters.values(),
  ]
  const types = [...changing, ...fixed].map(({ type }) => type)
  const condition = countCondition(builder.name, types, changing.length)
  const body = decodeStep(builder.name, parts, kind, types)
  graph.addFunction(condition.build())
  graph.addFunction(body.build())
  const [, , ids, logProbs, ...after] = ops.loop([...changing, ...fixed], condition, body)
  storeCaches(ops, handles, slots, layersOf(after.slice(0, handles.length)))
  builder.result(ops.cast(ids, 'int32'))
  builder.result(logProbs)
  const vector = (name: string) => graph.placeholder(name, 'int32', [-1])
  addCalledFunction(graph, builder, {
    inputs: [
      ...[names.first, names.lengths, names.slots].map(vector),
      graph.placeholder(names.uniforms, 'float32', [-1, 2, -1]),
      ...parts.drawInputs,
      ...modelInputs(parts),
      ...cacheHandles,
    ],
    outputs: [names.drawnIds, names.drawnLogProbs],
    done: `sampler/decode/${kind}/done`,
  })
}

/** count < steps; `steps` is the first of what stays the same. */
function countCondition(name: string, types: readonly Value['type'][], stepsAt: number): FunctionBuilder {
  const builder = new FunctionBuilder(`${name}/condition`)
  const all = types.map((type) => builder.argument(type))
  builder.result(new FunctionOps(builder).compare('Less', all[0], all[stepsAt]))
  return builder
}

/** One token for every row; arguments and results are the loop's variables. */
function decodeStep(
  name: string,
  parts: SamplerParts,
  kind: DrawKind,
  types: readonly Value['type'][],
): FunctionBuilder {
  const { config } = parts
  const builder = new FunctionBuilder(`${name}/step`, parts.compilation)
  const ops = new FunctionOps(builder)
  const all = types.map((type) => builder.argument(type))
  const [count, current, ids, logProbs] = all
  const cachesEnd = 4 + 2 * config.layers
  const [, lengths, uniforms, inverseTemperature, topK, topP, ...values] = all.slice(cachesEnd)
  const names = [...parts.parameters.keys()]
  const parameters = new Map(names.map((parameter, i) => [parameter, values[i]]))
  const model = { ops, config, parameters }
  const caches = layersOf(all.slice(4, cachesEnd))
  const frame = new CacheFrame(ops, caches[0].keys, config.keyValueHeads)
  // a row that has ended goes on where nothing looks
  const next = ops.binary('AddV2', lengths, ops.cast(count, 'int64'))
  const positions = ops.binary('Minimum', next, frame.unseen)
  const places = frame.places(ops.expand(positions, 1), 1)
  const forward = addCachedForward(model, { ids: current, positions, tokens: 1, caches, places })
  const drawn = addDraw(ops, kind, addLogits(model, forward.stream), {
    uniforms: ops.gather(uniforms, count),
    inputs: { inverseTemperature, topK, topP },
    vocabularySize: config.vocabularySize,
  })
  const place = ops.reshape(count, [1, 1])
  builder.result(ops.binary('AddV2', count, ops.int(1)))
  builder.result(drawn.ids)
  builder.result(ops.replaceRows(ids, place, ops.expand(drawn.ids, 0)))
  builder.result(ops.replaceRows(logProbs, place, ops.expand(drawn.logProbs, 0)))
  for (const cache of flat(forward.caches)) builder.result(cache)
  for (const unchanged of all.slice(cachesEnd)) builder.result(unchanged)
  return builder
}

function flat(caches: readonly LayerCache[]): Value[] {
  return caches.flatMap(({ keys, values }) => [keys, values])
}

function layersOf(list: readonly Value[]): LayerCache[] {
  return Array.from({ length: list.length / 2 }, (_, i) => ({ keys: list[2 * i], values: list[2 * i + 1] }))
}
