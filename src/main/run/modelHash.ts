import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { writeFileAtomic } from '../host/machine/atomicFiles.ts'
import { areSettled, fileStamp, type FileStamp } from '../host/machine/fileStamps.ts'
import { cacheFolder } from '../host/machine/paths.ts'

const Stamp = z.strictObject({
  name: z.string(),
  size: z.string(),
  inode: z.string(),
  mtimeNs: z.string(),
  ctimeNs: z.string(),
})
const Known = z.strictObject({ files: z.array(Stamp), hash: z.string().regex(/^[0-9a-f]{64}$/) })

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
    .flatMap((name) => fileStamp(join(folder, name), name) ?? [])
  const path = join(cache, `${createHash('sha256').update(folder).digest('hex')}.json`)
  const known = await readKnown(path)
  if (known !== null && JSON.stringify(known.files) === JSON.stringify(files)) return known.hash
  const hash = await hashFiles(folder, files, setup.onRead)
  if (areSettled(files, nowMs)) await remember(path, cache, { files, hash })
  return hash
}

async function hashFiles(
  folder: string,
  files: readonly FileStamp[],
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
