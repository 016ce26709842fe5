import { createHash } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { canonicalJson } from '../../../shared/text/canonicalJson.ts'
import { makeWritableFolder, writeFileAtomic } from '../../host/machine/atomicFiles.ts'
import { newId } from '../../host/machine/identifiers.ts'
import { isAlive, markOf } from '../../host/machine/processInfo.ts'

const OpenQuestion = z.strictObject({
  id: z.string().regex(/^eval-[0-9a-f]{16}$/),
  /** Who waits for the answer; null = nobody. */
  mark: z.strictObject({ processId: z.int(), processStartedAtMs: z.number().nullable() }).nullable(),
  asked: z.unknown(),
})

/**
 * A question that a cluster was asked and whose answer is not stored yet: a small file of the data folder. So
 * whoever asks the same again, after this process was ended, is given the job that is at work on it.
 */
export interface OpenQuestion {
  /** Names its jobs and its folder. */
  readonly id: string
  /** What was asked, plain values; equal ones are the same question. */
  readonly asked: unknown
}

function folderOf(dataDir: string): string {
  return join(dataDir, 'evaluations')
}

function pathOf(dataDir: string, asked: unknown): string {
  const key = createHash('sha256').update(canonicalJson(asked)).digest('hex').slice(0, 16)
  return join(folderOf(dataDir), `${key}.json`)
}

/**
 * To be called before anything is handed over.
 *
 * @throws RecheckError `inquiry.busy` while another process waits for the same answer, `file.*`
 */
export async function claimQuestion(dataDir: string, asked: unknown): Promise<OpenQuestion> {
  const path = pathOf(dataDir, asked)
  const known = await readQuestion(path)
  const waiting = known?.mark ?? null
  if (waiting !== null && waiting.processId !== process.pid && isAlive(waiting))
    throw new RecheckError(
      'inquiry.busy',
      `Process ${waiting.processId} waits for the same evaluation already. Wait for it, or end it.`,
    )
  const id = known?.id ?? newId('eval')
  await makeWritableFolder(folderOf(dataDir))
  await writeFileAtomic(path, JSON.stringify({ id, mark: markOf(process.pid), asked }))
  return { id, asked }
}

/** This process waits no longer; the job goes on. */
export async function releaseQuestion(dataDir: string, asked: unknown): Promise<void> {
  const path = pathOf(dataDir, asked)
  const known = await readQuestion(path)
  if (known !== null) await writeFileAtomic(path, JSON.stringify({ ...known, mark: null }))
}

/** Its answer is stored, or not wanted any more. */
export async function dropQuestion(dataDir: string, asked: unknown): Promise<void> {
  await rm(pathOf(dataDir, asked), { force: true })
}

/** Those for whose answers nobody waits. */
export async function abandonedQuestions(dataDir: string): Promise<readonly OpenQuestion[]> {
  const folder = folderOf(dataDir)
  const names = await readdir(folder).catch(() => [])
  const found = await Promise.all(
    names.filter((name) => name.endsWith('.json')).map((name) => readQuestion(join(folder, name))),
  )
  return found.flatMap((each) => (each === null || (each.mark !== null && isAlive(each.mark)) ? [] : [each]))
}

async function readQuestion(path: string): Promise<z.infer<typeof OpenQuestion> | null> {
  try {
    return OpenQuestion.safeParse(JSON.parse(await readFile(path, 'utf8'))).data ?? null
  } catch {
    return null // there is none; or a hand has changed it, and the question is asked anew
  }
}
