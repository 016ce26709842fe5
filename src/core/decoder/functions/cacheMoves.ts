import { FunctionBuilder } from '../../graph/functionBuilder.ts'
import type { Value } from '../../graph/functionBuilder.ts'
import { addCalledFunction } from '../../graph/functionCall.ts'
import { FunctionOps } from '../../graph/functionOps.ts'
import type { GraphShape, NodeRef } from '../../graph/graphBuilder.ts'
import { samplerNames } from './samplerNames.ts'
import type { SamplerParts } from './samplerParts.ts'

/** Functions over all caches that compute nothing; they run node by node, for any shape. */
export function addCacheMoves(parts: SamplerParts): void {
  const { copy, reserve, grow } = samplerNames
  addForEachCache(parts, {
    name: 'sampler/copy',
    inputs: [[copy.from, [-1]] as const, [copy.to, [-1]] as const],
    done: copy.done,
    move: (ops, cache, [from, to]) => ops.replaceRows(cache(), ops.expand(to, 1), ops.gather(cache(), from)),
  })
  addForEachCache(parts, {
    name: 'sampler/reserve',
    inputs: [[reserve.shape, [4]] as const],
    done: reserve.done,
    move: (ops, _, [shape]) => ops.fillShape(shape, ops.float(0)),
  })
  addForEachCache(parts, {
    name: 'sampler/grow',
    inputs: [[grow.paddings, [4, 2]] as const],
    done: grow.done,
    move: (ops, cache, [paddings]) => ops.pad(cache(), paddings, ops.float(0)),
  })
}

interface CacheMove {
  readonly name: string
  /** Names and shapes of what is fed, int32. */
  readonly inputs: readonly (readonly [name: string, shape: GraphShape])[]
  readonly done: string
  /** What a cache becomes; `cache` reads it. */
  readonly move: (ops: FunctionOps, cache: () => Value, inputs: readonly Value[]) => Value
}

function addForEachCache({ graph, caches }: SamplerParts, { name, inputs, done, move }: CacheMove): void {
  const builder = new FunctionBuilder(name)
  const ops = new FunctionOps(builder)
  const fed = inputs.map(() => builder.argument('int32'))
  for (const _ of caches) {
    const handle = builder.argument('resource')
    builder.assign(
      handle,
      move(ops, () => ops.read(handle, 'float32'), fed),
    )
  }
  const placeholders: NodeRef[] = inputs.map(([input, shape]) => graph.placeholder(input, 'int32', shape))
  addCalledFunction(graph, builder, { inputs: [...placeholders, ...caches], outputs: [], done })
}
