import { z } from 'zod'
import type { ParameterValues } from '../../../core/model/parameterValues.ts'
import type { AdamWSettings } from '../../../core/train/engine/trainer.ts'
import type { VerifyEngine } from '../../../core/train/verify/engine.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { compareAdamW, compareGradients, lossLimit } from './compareStep.ts'
import type { Expectations } from './expectations.ts'
import { rlStepBatch, rlStepCases } from './rlStepRows.ts'
import type { VerifyRow } from './verifyRow.ts'
import { verifyRow } from './verifyRow.ts'

/**
 * The update behind the layout's `adamw.*`. The note beside the data says weight decay 0.0; the data say 0.01
 * on every parameter, PyTorch's default: `model.norm.weight` (largest 1.208) is lr · 0.01 · 1.208 = 1.2e-5
 * away without it, for every loss, and 1e-7 with it.
 */
const adamW: AdamWSettings = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.01, clipNorm: null }
const decays = () => true
const learningRate = 1e-3

const Scalars = z.object({ loss: z.number(), grad_norm: z.number() })

/**
 * One update of the policy per loss: its value, gradient norm, gradients and the parameters after it, against
 * the stored ones. The rows are built from the stored rollouts and log-probs by the code that training uses.
 * `parameters` are the policy's own.
 */
export async function* verifyRlLosses(
  engine: VerifyEngine,
  expected: Expectations,
  parameters: ParameterValues,
): AsyncGenerator<VerifyRow> {
  for (const each of rlStepCases) {
    const { name } = each
    const found = await engine.policyStep?.({ ...rlStepBatch(expected, each), adamW, decays, learningRate })
    if (found === undefined) return
    const wanted = storedScalars(expected, name)
    yield verifyRow(engine.name, `${name}.loss`, {
      difference: Math.abs(found.loss - wanted.loss),
      limit: lossLimit,
    })
    yield verifyRow(engine.name, `${name}.gradient norm`, {
      difference: Math.abs(found.gradientNorm - wanted.grad_norm),
      limit: 1e-3 * wanted.grad_norm,
    })
    const stored = { engine: engine.name, expected, prefix: `${name}.` }
    yield* compareGradients(stored, found.gradients)
    yield* compareAdamW(stored, { after: found.parameters, start: parameters, learningRate })
  }
}

function storedScalars({ folder, json }: Expectations, name: string): z.infer<typeof Scalars> {
  const parsed = z.object({ scalars: z.looseObject({ [name]: Scalars }) }).safeParse(json)
  const scalars = parsed.data?.scalars[name]
  if (scalars !== undefined) return scalars as z.infer<typeof Scalars>
  throw new RecheckError('verify.no-expectations', `${folder}/expected.json: "scalars.${name}" holds no loss`)
}
