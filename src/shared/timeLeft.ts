import type { Progress } from './runEvent.ts'

export interface TimeLeft {
  readonly seconds: number
  readonly words: 'left' | 'left in all' | 'left of this part'
}

/** A stage's time left is what one waits for; before its pace is known there is only that of the part at hand. */
export function timeLeft(
  progress: Partial<Pick<Progress, 'secondsLeft' | 'stageSecondsLeft'>>,
): TimeLeft | null {
  const { secondsLeft, stageSecondsLeft } = progress
  if (typeof stageSecondsLeft === 'number') return { seconds: stageSecondsLeft, words: 'left in all' }
  if (typeof secondsLeft !== 'number') return null
  return { seconds: secondsLeft, words: stageSecondsLeft === undefined ? 'left' : 'left of this part' }
}
