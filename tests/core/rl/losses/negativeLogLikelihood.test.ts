import { test } from 'node:test'
import { negativeLogLikelihood } from '../../../../src/core/rl/losses/negativeLogLikelihood.ts'
import { assertClose } from '../../../assertClose.ts'
import { assertLoss, gradientOf } from './twoRows.ts'

test('by hand: half of the six tokens’ −ln π; the weights are reported', () => {
  assertLoss(negativeLogLikelihood, { loss: 0.5 * 7.1, sums: { weight: 3 } })
})

test('the gradient is −weight', () => {
  gradientOf(negativeLogLikelihood).forEach((row) =>
    row.forEach((slope, t) => assertClose(slope, t < 3 ? -0.5 : 0, 1e-7)),
  )
})
