import type { EvaluatedSample } from '../../../shared/evaluationResult.ts'

/**
 * Self-verify best-of-N: of the attempts judged correct, the one whose verdict had the highest probability; where
 * none is, of those judged wrong the one with the lowest; where no verdict parsed, the mean.
 * Source: PAG, arXiv 2506.10406, and its code.
 *
 * @param samples  of one problem; at least one
 * @returns 1 or 0 for the chosen attempt; a share where no verdict parsed
 */
export function selfVerifiedBest(samples: readonly EvaluatedSample[]): number {
  const judged = (verdict: 'correct' | 'wrong'): readonly EvaluatedSample[] =>
    samples.filter((sample) => sample.verdict === verdict)
  const chosen = surest(judged('correct'), 1) ?? surest(judged('wrong'), -1)
  if (chosen) return chosen.attemptCorrect ? 1 : 0
  return samples.filter(({ attemptCorrect }) => attemptCorrect).length / samples.length
}

/** The first sample with the largest sign · ln p; a verdict without a probability comes last. */
function surest(samples: readonly EvaluatedSample[], sign: 1 | -1): EvaluatedSample | null {
  let best: EvaluatedSample | null = null
  let bestScore = -Infinity
  for (const sample of samples) {
    const score = sample.verdictLogProb === null ? -Infinity : sign * sample.verdictLogProb
    if (best === null || score > bestScore) {
      best = sample
      bestScore = score
    }
  }
  return best
}
