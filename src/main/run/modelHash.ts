import { createHash } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writeFileAtomic } from '../host/machine/atomicFiles.ts'
import { cacheFolder } from '../host/machine/paths.ts'

/**
 * What tells that a file's bytes are still those that were hashed. A change of the bytes moves ctime, which
 * no program can set.
 */
const Stamp = z.strictObject({
  name: z.string(),
  size: z.string(),
  inode: z.string(),
  mtimeNs: z.string(),
  ctimeNs: z.string(),
})
type Stamp = z.infer<typeof Stamp>
const Known = z.strictObject({ files: z.array(Stamp), hash: z.string().regex(/^[0-9a-f]{64}$/) })

/**
 * Files changed more recently than this may change again within one tick of the clock: their hash is not
 * remembered.
 */
const settledAfterMs = 2000

export interface ModelHashSetup {
  /** Where hashes are remembered between processes: a start is checked by one process and run by another. */
  readonly cache?: string
  readonly nowMs?: number
  /** Called for every file that is read. */
  readonly onRead?: (path: string) => void
}

/**
 * SHA-256 of a model folder's weights, config and tokenizer: what its completions depend on. Gigabytes are
 * read once: a hash is remembered for as long as no file of the folder changes.
 *
 * @returns 64 hexadecimal digits
 */
export async function modelHash(folder: string, setup: ModelHashSetup = {}): Promise<string> {
  const { cache = join(cacheFolder(), 'model-hashes'), nowMs = performance.timeOrigin + performance.now() } =
    setup
  const files = (await readdir(folder))
    .filter((name) => /\.safetensors$|^(config|tokenizer)\.json$/.test(name))
    .sort()
    .flatMap((name) => stampOf(folder, name))
  const path = join(cache, `${createHash('sha256').update(folder).digest('hex')}.json`)
  const known = await readKnown(path)
  if (known !== null && JSON.stringify(known.files) === JSON.stringify(files)) return known.hash
  const hash = await hashFiles(folder, files, setup.onRead)
  const newestMs = Math.max(0, ...files.map(({ ctimeNs }) => Number(BigInt(ctimeNs) / 1_000_000n)))
  if (nowMs - newestMs >= settledAfterMs) await remember(path, cache, { files, hash })
  return hash
}

function stampOf(folder: string, name: string): Stamp[] {
  const stat = statSync(join(folder, name), { bigint: true, throwIfNoEntry: false })
  if (stat === undefined || !stat.isFile()) return []
  const { size, ino, mtimeNs, ctimeNs } = stat
  return [{ name, size: `${size}`, inode: `${ino}`, mtimeNs: `${mtimeNs}`, ctimeNs: `${ctimeNs}` }]
}

async function hashFiles(
  folder: string,
  files: readonly Stamp[],
  onRead: (path: string) => void = () => undefined,
): Promise<string> {
  const hash = createHash('sha256')
  for (const { name } of files) {
    onRead(join(folder, name))
    hash.update(`${name}\n`)
    for await (const chunk of createReadStream(join(folder, name))) hash.update(chunk as Buffer)
  }
  return hash.digest('hex')
}

async function readKnown(path: string): Promise<z.infer<typeof Known> | null> {
  const text = await readFile(path, 'utf8').catch(() => null)
  if (text === null) return null
  try {
    return Known.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null // no JSON: it is computed again and written anew
  }
}

/** A cache that cannot be written costs the next process the same reading, and nothing else. */
async function remember(path: string, cache: string, known: z.infer<typeof Known>): Promise<void> {
  await mkdir(cache, { recursive: true })
    .then(() => writeFileAtomic(path, JSON.stringify(known)))
    .catch(() => undefined)
}
