import type { CheckpointRecord, Evaluation } from './records.ts'

/**
 * Acc@final on the validation split of the weights that a checkpoint holds. Only a new best has it in its own
 * row; any other that stands at an evaluated step has the evaluation's, which was made from the same weights.
 */
export function validationOf(
  { step, validation }: Pick<CheckpointRecord, 'step' | 'validation'>,
  evaluations: readonly Evaluation[],
): number | null {
  const made = evaluations.find((evaluation) => evaluation.split === 'validation' && evaluation.step === step)
  return validation ?? made?.proportions['accuracy/final']?.value ?? null
}
