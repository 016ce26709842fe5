import type { Stage } from '../runs/records.ts'
import type { Progress } from '../runs/runEvent.ts'

export interface TimeLeft {
  readonly seconds: number
  readonly label: 'left' | 'left in all' | 'left of stage 1' | 'left of the warm-up' | 'left of this part'
}

const leftOf: Readonly<Record<Stage, TimeLeft['label']>> = {
  'warm-up': 'left of the warm-up',
  'estimate-v-star': 'left of stage 1',
  'self-correction': 'left in all',
}

/**
 * A stage's time left is what one waits for; before its pace is known there is only that of the part at hand.
 * After stage 2 nothing comes, after a warm-up or stage 1 something may. What is done has no time left, which
 * is not worth a word.
 */
export function timeLeft({
  secondsLeft,
  stage,
}: Partial<Pick<Progress, 'secondsLeft' | 'stage'>>): TimeLeft | null {
  if (stage !== undefined && stage.secondsLeft !== null)
    return someLeft({ seconds: stage.secondsLeft, label: leftOf[stage.name] })
  if (typeof secondsLeft !== 'number') return null
  return someLeft({ seconds: secondsLeft, label: stage === undefined ? 'left' : 'left of this part' })
}

/** Less is written as 0 s. */
const leastSeconds = 0.5

function someLeft(left: TimeLeft): TimeLeft | null {
  return left.seconds < leastSeconds ? null : left
}
