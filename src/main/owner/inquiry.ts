import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { z } from 'zod'
import { ReceivedErrorData } from '../../shared/receivedErrorData.ts'
import { receivedError, RecheckError } from '../../shared/recheckError.ts'
import type { Stage } from '../../shared/records.ts'
import type { PlanCheck, TurnPreview } from '../../shared/routes/plan.ts'
import { childEnvironment } from '../host/tensorflow/childEnvironment.ts'
import { projectFolder } from '../host/machine/paths.ts'

/** What an owner asks of a process of its own, because tokenizers and weights are not for the process that owns the store. */
export type Inquiry =
  | { readonly question: 'preview'; readonly config: unknown }
  | { readonly question: 'v-star-inputs'; readonly config: unknown }
  | { readonly question: 'plan'; readonly config: unknown; readonly stage: Stage }

export interface VStarInputsAnswer {
  readonly inputHash: string
  readonly inputs: Readonly<Record<string, string>>
}

const Answer = z.union([z.object({ data: z.unknown() }), z.object({ error: ReceivedErrorData })])
const timeoutMs = 120_000

/** The exact text and ids of all three turns for the first training problem of a config. */
export async function askPreview(nodePath: string, config: unknown): Promise<readonly TurnPreview[]> {
  return (await ask(nodePath, { question: 'preview', config })) as readonly TurnPreview[]
}

/** Hash of everything that a V* estimate of this config depends on. */
export async function askVStarInputs(nodePath: string, config: unknown): Promise<VStarInputsAnswer> {
  return (await ask(nodePath, { question: 'v-star-inputs', config })) as VStarInputsAnswer
}

/** What starting a run of this stage would find. @throws RecheckError whatever starting it would be refused with */
export async function askPlan(nodePath: string, stage: Stage, config: unknown): Promise<PlanCheck> {
  return (await ask(nodePath, { question: 'plan', stage, config })) as PlanCheck
}

/** @throws RecheckError of the process that was asked, or `inquiry.failed` */
async function ask(nodePath: string, inquiry: Inquiry): Promise<unknown> {
  const child = spawn(nodePath, [join(projectFolder, 'src', 'main', 'inspect.ts')], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: childEnvironment(),
    timeout: timeoutMs,
  })
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text))
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', () => resolve())
  })
  child.stdin.on('error', () => undefined) // it ended before it had read the question: no answer comes
  child.stdin.end(JSON.stringify(inquiry))
  await ended
  const parsed = Answer.safeParse(parseJson(output))
  if (!parsed.success) {
    throw new RecheckError(
      'inquiry.failed',
      `the process that was asked ended without an answer: ${errors.slice(-500) || 'no output'}`,
    )
  }
  if ('error' in parsed.data) throw receivedError(parsed.data.error)
  return parsed.data.data
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // told apart by the schema
  }
}
