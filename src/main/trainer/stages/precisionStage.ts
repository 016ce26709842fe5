import { setImmediate as nextTurn } from 'node:timers/promises'
import { measureWeightPrecision, weightPrecisionEvent } from '../../../core/train/weightPrecision.ts'
import { viewParameters } from '../../host/model/parameterView.ts'
import type { TrainingEngines } from '../engines.ts'
import type { JobContext } from '../jobContext.ts'
import { reportedResult } from '../reportedResult.ts'

/**
 * Says in the log of a run whose frozen weights stand in fewer than 32 bits, or whose products are computed in
 * fewer, what that costs, once, before its first step.
 */
export async function precisionStage(context: JobContext, engines: TrainingEngines): Promise<void> {
  const { config, conversation, material, port } = context
  const { trainer, reference } = engines
  const { baseWeights, compute, referenceIn } = config.model
  // a reference that is read from its files is computed from what they hold
  const frozen = referenceIn === 'files' ? trainer.base : (reference ?? trainer.base)
  const kept = frozen ?? (compute === 'f32' ? null : trainer)
  if ((baseWeights === 'f32' && compute === 'f32') || kept === null) return
  const { tensorflowOps } = await import('../../host/tensorflow/ops.ts')
  const folder = reference === null ? material.policy : material.reference
  const measuring = measureWeightPrecision({
    config,
    conversation,
    kept,
    problems: material.problems.splits.train,
    whole: { config: folder.config, parameters: viewParameters(folder), ops: tensorflowOps('f32') },
    signal: port.stopNow,
    pause: () => nextTurn(),
  })
  const measured = await reportedResult(measuring, context)
  // the stage that follows hears the signal itself
  if (measured !== null && measured !== 'stopped') port.emit(weightPrecisionEvent(measured, config.model))
}
