import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { PromptTemplate } from './promptTemplate.ts'

/**
 * The three turns of PAG (arXiv 2506.10406), in our words; the verdict's two sentences are those that
 * `parseVerdict` reads.
 */
const CHECK_THE_SOLUTION =
  'Check the solution above step by step. If you find a mistake, name the wrong step, say why it is wrong, and end ' +
  'your reply with the sentence "The answer is wrong." If there is no mistake, end your reply with the sentence ' +
  '"The answer is correct."'

const REVISE_THE_SOLUTION =
  'You have judged your previous answer to be wrong. Solve the problem again and give the correct solution.'

/**
 * Direct multi-turn, the baseline of PAG and SCoRe (arXiv 2409.12917): the same words whatever the first
 * attempt was.
 */
export const TRY_AGAIN =
  'There may be an error in the solution above. Please correct it if there is one, and give the whole solution again.'

const STEP_BY_STEP_BOXED = 'Please reason step by step, and put your final answer within \\boxed{}.'
const STEP_BY_STEP_HASH = 'Please reason step by step, and put your final answer after "####".'

/** Every template that comes with the program, by name. */
export const TEMPLATES: readonly PromptTemplate[] = [
  {
    // the very conversation that the built-in model was trained on: see resources/models/builtin/README.md
    name: 'builtin',
    layout: 'chat',
    answerMarker: 'hash',
    system: null,
    attempt: '{question}',
    verdict: 'Check the answer.',
    revision: 'Try again.',
    retry: 'Try again.',
  },
  {
    name: 'chat-boxed',
    layout: 'chat',
    answerMarker: 'boxed',
    system: STEP_BY_STEP_BOXED,
    attempt: '{question}',
    verdict: CHECK_THE_SOLUTION,
    revision: REVISE_THE_SOLUTION,
    retry: TRY_AGAIN,
  },
  {
    name: 'chat-hash',
    layout: 'chat',
    answerMarker: 'hash',
    system: STEP_BY_STEP_HASH,
    attempt: '{question}',
    verdict: CHECK_THE_SOLUTION,
    revision: REVISE_THE_SOLUTION,
    retry: TRY_AGAIN,
  },
  {
    // A*-PO (arXiv 2505.20686) gives base models the bare problem and one instruction
    name: 'plain-boxed',
    layout: 'plain',
    answerMarker: 'boxed',
    system: null,
    attempt: `{question} ${STEP_BY_STEP_BOXED}`,
    verdict: CHECK_THE_SOLUTION,
    revision: REVISE_THE_SOLUTION,
    retry: TRY_AGAIN,
  },
  {
    name: 'plain-hash',
    layout: 'plain',
    answerMarker: 'hash',
    system: null,
    attempt: `{question} ${STEP_BY_STEP_HASH}`,
    verdict: CHECK_THE_SOLUTION,
    revision: REVISE_THE_SOLUTION,
    retry: TRY_AGAIN,
  },
]

/** @throws RecheckError `template.unknown` */
export function templateNamed(name: string): PromptTemplate {
  const template = TEMPLATES.find((candidate) => candidate.name === name)
  if (template) return template
  throw new RecheckError(
    'template.unknown',
    `template "${name}" does not exist; expected one of ${TEMPLATES.map((known) => known.name).join(', ')}`,
  )
}
