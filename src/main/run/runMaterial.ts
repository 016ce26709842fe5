import { createHash } from 'node:crypto'
import { adaptedModules } from '../../core/model/adapter.ts'
import type { Problem } from '../../core/data/problem.ts'
import { extractAnswer } from '../../core/reward/answer/extract.ts'
import { answersAgree } from '../../core/reward/answer/compare.ts'
import type { Grading } from '../../core/reward/scoreRollout.ts'
import type { ConversationPrompts } from '../../core/tokens/conversationPrompts.ts'
import type { Tokenizer } from '../../core/tokens/tokenizer.ts'
import { vStarInputs } from '../../core/train/vStar/vStarInputs.ts'
import { canonicalJson } from '../../shared/text/canonicalJson.ts'
import type { RunConfig } from '../../shared/config/parseConfig.ts'
import { openModelFolder, type ModelFolder } from '../host/model/modelFolder.ts'
import { chooseTemplate } from '../host/model/templateFiles.ts'
import { modelHash } from './modelHash.ts'
import { modelFolderOf } from './namedModelFolder.ts'
import { refuseUnsupported } from './refuseUnsupported.ts'
import { checkReferenceModel } from './checkReferenceModel.ts'
import { aboutField } from './errorField.ts'
import { freshParts, type MaterialParts } from './materialParts.ts'
import type { ProblemUse, RunProblems } from './problems.ts'

/** What a config names, opened and checked; no weight is in memory yet. */
export interface RunMaterial {
  readonly policy: ModelFolder
  readonly reference: ModelFolder
  readonly tokenizer: Tokenizer
  readonly prompts: ConversationPrompts
  readonly problems: RunProblems
  readonly grading: Grading
  /** What of the model folders is not read, or not as it is written; sentences for people. */
  readonly modelNotices: readonly string[]
  /** SHA-256 of the reference's weights, config and tokenizer. */
  readonly referenceHash: string
  /** Everything a V* estimate depends on, part by part. */
  readonly vStarInputs: Readonly<Record<string, string>>
  /** SHA-256 of `vStarInputs`. */
  readonly inputHash: string
}

export interface MaterialUse {
  /** Left out: `training`. */
  readonly use?: ProblemUse
  /** Model that the run's warm-up made, in the place of `model.path`; left out or null: none. */
  readonly warmedFolder?: string | null
  /** Left out: made anew. */
  readonly parts?: MaterialParts
}

/**
 * Opens model, tokenizer, template and problems of a config.
 *
 * @param workingFolder relative paths of the config start here
 * @throws RecheckError for each thing that is missing or wrong, before memory is spent
 */
export async function loadRunMaterial(
  config: RunConfig,
  workingFolder: string,
  { use = 'training', warmedFolder = null, parts = freshParts }: MaterialUse = {},
): Promise<RunMaterial> {
  refuseUnsupported(config)
  const policyFolder = warmedFolder ?? modelFolderOf(config.model.path, workingFolder)
  const policy = await openModelFolder(policyFolder)
  // here too, so that a wrong target is said before anything is loaded
  if (config.model.lora !== null) adaptedModules(policy.config, config.model.lora.targets)
  const reference = await aboutField('model.reference', () => openReference(config, policy, workingFolder))
  const referenceFolder = reference.folder
  if (reference !== policy && use === 'training') await checkReferenceModel(policy, reference)
  const tokenizer = await parts.tokenizer(policyFolder, config.templateDate)
  const problems = await parts.problems(config, workingFolder, use)
  const template = await chooseTemplate(config.template, tokenizer, problems.marker)
  const prompts = parts.prompts(tokenizer, template, config)
  const referenceHash = await modelHash(referenceFolder)
  const inputs = vStarInputs(config, {
    templateVersion: prompts.version,
    retryVersion: prompts.retryVersion,
    referenceHash,
    problemsHash: hashOfProblems(problems.splits.train),
    furtherEndIds: prompts.endIds.filter((id) => id !== prompts.endTurnId),
  })
  return {
    policy,
    reference,
    tokenizer,
    prompts,
    problems,
    modelNotices: [...new Set([...policy.notices, ...reference.notices])],
    grading: {
      extractAnswer: (text) => extractAnswer(text, template.answerMarker, prompts.startsInThinking),
      answersAgree: (knownAnswer, answer) => answersAgree(knownAnswer, answer, config.grader),
    },
    referenceHash,
    vStarInputs: inputs,
    inputHash: sha256(canonicalJson(inputs)),
  }
}

/** Of problems that several configs share the hash is computed once. */
const problemHashes = new WeakMap<readonly Problem[], string>()

function hashOfProblems(problems: readonly Problem[]): string {
  const hash = problemHashes.get(problems) ?? sha256(canonicalJson(problems))
  problemHashes.set(problems, hash)
  return hash
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

/** The model that `model.reference` names; the policy itself where it names none, or the same folder. */
async function openReference(
  { model }: RunConfig,
  policy: ModelFolder,
  workingFolder: string,
): Promise<ModelFolder> {
  if (model.reference === null) return policy
  const folder = modelFolderOf(model.reference, workingFolder)
  return folder === policy.folder ? policy : openModelFolder(folder)
}
