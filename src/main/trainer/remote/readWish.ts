import { readFile } from 'node:fs/promises'
import { Wish } from '../../wire/attemptFolder.ts'

/** What the owner wishes; null where it has said nothing yet, or the shared folder is away: looked at again soon. */
export async function readWish(path: string): Promise<Wish | null> {
  try {
    return Wish.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return null
  }
}
