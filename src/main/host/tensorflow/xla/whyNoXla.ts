import { FunctionBuilder } from '../../../../core/graph/functionBuilder.ts'
import { addCalledFunction } from '../../../../core/graph/functionCall.ts'
import { FunctionOps } from '../../../../core/graph/functionOps.ts'
import { GraphBuilder } from '../../../../core/graph/graphBuilder.ts'
import { GraphSession } from '../session/graphSession.ts'

/** Whether XLA compiles on the device in use: null where it does, else why not, in one line. */
export function whyNoXla(): string | null {
  const graph = new GraphBuilder()
  const builder = new FunctionBuilder('probe', 'at-once')
  const ops = new FunctionOps(builder)
  const x = builder.argument('float32')
  builder.result(ops.unary('Exp', x))
  const inputs = [graph.placeholder('x', 'float32', [-1])]
  addCalledFunction(graph, builder, { inputs, outputs: ['y'], done: 'done' })
  let session: GraphSession | null = null
  try {
    session = new GraphSession({ graph, signatures: [] })
    const [y] = session.run([{ node: 'x', shape: [2], values: Float32Array.of(0, 1) }], ['y'])
    const isExp = y?.[0] === 1 && Math.abs((y[1] ?? NaN) - Math.E) < 1e-5
    return isExp ? null : `it computed exp(0), exp(1) as ${String(y)}`
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    return (message.split('\n').find((line) => line.trim() !== '') ?? 'no reason given').trim().slice(0, 300)
  } finally {
    session?.dispose()
  }
}
