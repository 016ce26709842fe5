import { stateBytes, trainedShapes } from '../run/trainedParameters.ts'
import { countParameters } from '../../core/model/parameterTable.ts'
import { lengthBuckets } from '../../core/train/engine/trainerSetup.ts'
import { checkRowLengths, checkTrainable } from '../../core/train/trainingProblems.ts'
import type { RunConfig } from '../../shared/config/parseConfig.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { PlanCheck, TurnPreview } from '../../shared/routes/plan.ts'
import { chooseCompute } from '../trainer/memory/computeChoice.ts'
import { checkEngines } from '../trainer/trainingDevice.ts'
import type { Inquiry, VStarInputsAnswer } from '../owner/processes/inquiry.ts'
import { longestConversation } from '../run/longestConversation.ts'
import { freshParts, type MaterialParts } from '../run/materialParts.ts'
import { withAvailableSource } from '../run/problems.ts'
import { loadRunMaterial, type RunMaterial } from '../run/runMaterial.ts'
import { planMemoryHere } from './runMemory.ts'

/**
 * Answers one question of an owner, in the process that was started for it.
 *
 * @param parts  what of the material the configs of several questions share; left out: made anew
 */
export async function inspectConfig(
  inquiry: Inquiry,
  parts: MaterialParts = freshParts,
): Promise<readonly TurnPreview[] | VStarInputsAnswer | PlanCheck> {
  const { config: asked } = inquiry
  const isTrained = inquiry.question === 'plan' && inquiry.stage === 'self-correction'
  if (isTrained) {
    checkTrainable(asked)
    await checkEngines(asked)
  }
  const { config, note } = await withAvailableSource(asked, process.cwd())
  const material = await loadRunMaterial(config, process.cwd(), { parts })
  if (inquiry.question === 'preview') return previewTurns(material, config.turns)
  const longest = longestConversation(config, material, material.problems.splits.train)
  const memory = await planMemoryHere(config, material.policy.config, {
    work: works[inquiry.stage],
    positions: longest,
  })
  switch (inquiry.question) {
    case 'v-star-inputs':
      return {
        inputHash: material.inputHash,
        inputs: material.vStarInputs,
        fallback: note,
        memory,
      }
    case 'plan':
      return {
        ...checkPlan(config, material, { isTrained, longest }),
        memory,
        dataNote: note ?? material.problems.note,
      }
  }
}

/** @throws RecheckError `train.too-long`, as the stage itself would */
function checkPlan(
  config: RunConfig,
  material: RunMaterial,
  { isTrained, longest }: { readonly isTrained: boolean; readonly longest: number },
): Omit<PlanCheck, 'dataNote' | 'memory'> {
  const model = material.policy.config
  const { splits } = material.problems
  const positions = lengthBuckets(longest - 1).at(-1) ?? 1
  if (isTrained) checkRowLengths(splits.train, material.prompts, { config, maxRowLength: longest })
  return {
    inputs: material.vStarInputs,
    inputHash: material.inputHash,
    modelNotices: material.modelNotices,
    problems: splits.train.length,
    parameters: countParameters(model),
    longestRollout: longest,
    maxPositions: model.maxPositions,
    rowsPerPass: chooseCompute(config, model, positions).rowsPerMicroBatch,
    checkpointBytes: stateBytes(trainedShapes(config, model)),
  }
}

const works = { 'warm-up': 'warm-up', 'estimate-v-star': 'sample', 'self-correction': 'train' } as const

/**
 * The prompts of the turns, as the model will see them; completions are stood for by the known answer and a
 * verdict.
 */
export function previewTurns(
  { prompts, tokenizer, problems }: RunMaterial,
  turns: RunConfig['turns'],
): readonly TurnPreview[] {
  const [problem] = problems.splits.train
  if (problem === undefined)
    throw new RecheckError('data.too-few', 'data.train is 0: there is no problem to preview.')
  const show = (kind: TurnPreview['kind'], ids: readonly number[]): TurnPreview => ({
    kind,
    ids,
    text: tokenizer.decode(ids),
    pieces: ids.map((id) => pieceOf(id, tokenizer)),
  })
  const closed = (ids: readonly number[], completion: string): number[] => [
    ...ids,
    ...tokenizer.encode(completion),
    prompts.endTurnId,
  ]
  const attempt = prompts.firstPromptIds(problem)
  if (turns === 'direct-multi-turn')
    return [
      show('attempt', attempt),
      show('revision', prompts.retryPromptIds(closed(attempt, `#### ${problem.answer}`))),
    ]
  const verdict = prompts.verdictPromptIds(closed(attempt, `#### ${problem.answer}`))
  const revision =
    prompts.revisionContext === 'fresh'
      ? attempt
      : prompts.revisionPromptIds(closed(verdict, 'The answer is wrong.'))
  return [show('attempt', attempt), show('verdict', verdict), show('revision', revision)]
}

function pieceOf(id: number, tokenizer: RunMaterial['tokenizer']): TurnPreview['pieces'][number] {
  const text = tokenizer.decode([id])
  return { text, isSpecial: text !== '' && tokenizer.decode([id], { skipSpecialTokens: true }) === '' }
}
