import type { Progress } from './runEvent.ts'

export interface TimeLeft {
  readonly seconds: number
  readonly label: 'left' | 'left in all' | 'left of stage 1' | 'left of this part'
}

/**
 * A stage's time left is what one waits for; before its pace is known there is only that of the part at hand. After stage
 * 2 nothing comes, after stage 1 something may.
 */
export function timeLeft({
  secondsLeft,
  stage,
}: Partial<Pick<Progress, 'secondsLeft' | 'stage'>>): TimeLeft | null {
  if (stage !== undefined && stage.secondsLeft !== null) {
    const words = stage.name === 'estimate-v-star' ? 'left of stage 1' : 'left in all'
    return { seconds: stage.secondsLeft, label: words }
  }
  if (typeof secondsLeft !== 'number') return null
  return { seconds: secondsLeft, label: stage === undefined ? 'left' : 'left of this part' }
}
