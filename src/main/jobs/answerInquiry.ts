import { parseConfig } from '../../shared/config.ts'
import { RecheckError } from '../../shared/recheckError.ts'
import type { TurnPreview } from '../../shared/routes.ts'
import type { Inquiry, VStarInputsAnswer } from './inquiry.ts'
import { loadRunMaterial, type RunMaterial } from './runMaterial.ts'

/** Answers one question of an owner, in the process that was started for it. */
export async function answerInquiry(inquiry: Inquiry): Promise<readonly TurnPreview[] | VStarInputsAnswer> {
  const config = parseConfig(inquiry.config, 'the config')
  const material = await loadRunMaterial(config, process.cwd())
  switch (inquiry.question) {
    case 'preview':
      return previewTurns(material)
    case 'v-star-inputs':
      return { inputHash: material.inputHash, inputs: material.vStarInputs }
  }
}

/** The prompts of the three turns, as the model will see them; completions are stood for by the known answer and a verdict. */
export function previewTurns({ prompts, tokenizer, problems }: RunMaterial): readonly TurnPreview[] {
  const [problem] = problems.splits.train
  if (problem === undefined)
    throw new RecheckError('data.too-few', 'data.train is 0: there is no problem to preview.')
  const show = (kind: TurnPreview['kind'], ids: readonly number[]): TurnPreview => ({
    kind,
    ids,
    text: tokenizer.decode(ids),
  })
  const closed = (ids: readonly number[], completion: string): number[] => [
    ...ids,
    ...tokenizer.encode(completion),
    prompts.endTurnId,
  ]
  const attempt = prompts.firstPromptIds(problem)
  const verdict = prompts.verdictPromptIds(closed(attempt, `#### ${problem.answer}`))
  const revision = prompts.revisionPromptIds(closed(verdict, 'The answer is wrong.'))
  return [show('attempt', attempt), show('verdict', verdict), show('revision', revision)]
}
