export interface LearningRateSchedule {
  readonly schedule: 'constant' | 'linear' | 'cosine'
  /** The highest learning rate. */
  readonly learningRate: number
  /** Steps of a linear rise from 0: step s of the warm-up uses learningRate · (s + 1) / warmupSteps. */
  readonly warmupSteps: number
  /** Steps of the whole run: `linear` and `cosine` reach 0 right after the last one. */
  readonly steps: number
}

/** Learning rate of a step, counted from 0. */
export function learningRateAt(step: number, settings: LearningRateSchedule): number {
  const { schedule, learningRate, warmupSteps, steps } = settings
  if (step < warmupSteps) return (learningRate * (step + 1)) / warmupSteps
  const progress = Math.min(1, (step - warmupSteps) / Math.max(1, steps - warmupSteps))
  switch (schedule) {
    case 'constant':
      return learningRate
    case 'linear':
      return learningRate * (1 - progress)
    case 'cosine':
      return (learningRate * (1 + Math.cos(Math.PI * progress))) / 2
  }
}
