import { EagerVerifyEngine } from '../../../core/train/verify/eagerEngine.ts'
import type { VerifyEngine } from '../../../core/train/verify/engine.ts'
import type { ModelFolder } from '../model/modelFolder.ts'
import { readParameters } from '../model/modelFolder.ts'
import { loadTensors } from '../model/loadTensors.ts'
import { startTensorflow } from './backend.ts'

/** Opens an engine on a checkpoint; it is disposed before the next one is opened. */
export type OpenVerifyEngine = (checkpoint: ModelFolder) => Promise<VerifyEngine>

/** Every engine that `recheck verify` knows, by name. */
export const verifyEngines: Readonly<Record<string, OpenVerifyEngine>> = {
  'op by op': openEager,
  captured: openCaptured,
  onnx: openOnnx,
  graph: openGraph,
}

async function openEager(checkpoint: ModelFolder): Promise<VerifyEngine> {
  await startTensorflow()
  // loaded after the addon: the kernels of RawOps belong to its backend
  const { tensorflowOps } = await import('./ops.ts')
  const parameters = await loadTensors(checkpoint)
  return new EagerVerifyEngine('op by op', { config: checkpoint.config, parameters, ops: tensorflowOps() })
}

async function openCaptured(checkpoint: ModelFolder): Promise<VerifyEngine> {
  await startTensorflow()
  const { tensorflowOps } = await import('./ops.ts')
  const { CapturedVerifyEngine } = await import('./session/capturedVerifyEngine.ts')
  const parameters = await readParameters(checkpoint)
  return new CapturedVerifyEngine('captured', { config: checkpoint.config, parameters, ops: tensorflowOps() })
}

async function openOnnx(checkpoint: ModelFolder): Promise<VerifyEngine> {
  const { OnnxVerifyEngine } = await import('../onnx/verifyEngine.ts')
  return OnnxVerifyEngine.load('onnx', checkpoint.config, await readParameters(checkpoint))
}

async function openGraph(checkpoint: ModelFolder): Promise<VerifyEngine> {
  await startTensorflow()
  const { tensorflowOps } = await import('./ops.ts')
  const { GraphVerifyEngine } = await import('./session/graphVerifyEngine.ts')
  const parameters = await readParameters(checkpoint)
  return new GraphVerifyEngine('graph', { config: checkpoint.config, parameters, ops: tensorflowOps() })
}
