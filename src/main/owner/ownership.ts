import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { lockFolder } from '../store/folderLock.ts'

const OwnerCard = z.object({
  processId: z.int(),
  /** Where people reach it: the URL of `recheck serve`, or the words for a window or a command. */
  address: z.string(),
  /** Where commands reach it. */
  control: z.string(),
})
/** Who owns a data folder, for everybody else to read. */
export type OwnerCard = z.infer<typeof OwnerCard>

export interface Ownership {
  /** Tells others where this owner is reached. */
  announce(card: OwnerCard): void
  release(): void
}

function cardPath(dataDir: string): string {
  return join(dataDir, 'owner.json')
}

/**
 * Takes the data folder for this process alone.
 *
 * @throws RecheckError `owner.busy` with the other owner's process id and address
 */
export function takeOwnership(dataDir: string): Ownership {
  const lock = lockFolder(dataDir)
  if (lock === null) throw ownerBusy(dataDir)
  rmSync(cardPath(dataDir), { force: true })
  return {
    announce: (card) => writeFileSync(cardPath(dataDir), JSON.stringify(card), { mode: 0o600 }),
    release() {
      try {
        rmSync(cardPath(dataDir), { force: true })
      } catch {
        // the folder has become read-only: a card whose process has ended is told from others
      }
      lock.release()
    },
  }
}

function ownerBusy(dataDir: string): RecheckError {
  const card = readOwnerCard(dataDir)
  const who = card === null ? 'another process' : `process ${card.processId} (${card.address})`
  return new RecheckError(
    'owner.busy',
    `${dataDir} belongs to ${who}. Use that one, end it, or choose another folder with --data-dir.`,
    card ?? {},
  )
}

/** The card an owner has left; null when there is none. It may have outlived its owner. */
export function readOwnerCard(dataDir: string): OwnerCard | null {
  let text: string
  try {
    text = readFileSync(cardPath(dataDir), 'utf8')
  } catch {
    return null // no owner has announced itself
  }
  const parsed = OwnerCard.safeParse(parseJson(text))
  return parsed.success ? parsed.data : null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // caught in the middle of being written
  }
}
