import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
} from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import protobuf from 'protobufjs/minimal.js'
import { cacheFolder, type EnvironmentVariables } from '../../machine/paths.ts'
import type { TensorFlowReady } from '../status.ts'

/** What TensorFlow names the files of compiled functions after. */
const filePrefix = 'xla_compile_cache__'

/** Bytes that compiled functions may take on disk: a hundred sets of shapes of a model of 30 layers. */
const mostBytes = 1e9

/**
 * Folder of what XLA has compiled, for later processes. One for each TensorFlow and each processor and cards:
 * what was compiled for others may not run, and TensorFlow's own names do not tell them apart.
 */
export function xlaCacheFolder(
  { key }: Pick<TensorFlowReady, 'key'>,
  environment: EnvironmentVariables = process.env,
  devices: readonly string[] = devicesHere(),
): string {
  const chosen = [...devices, environment['CUDA_VISIBLE_DEVICES'] ?? 'all']
  const hash = createHash('sha256').update(JSON.stringify(chosen)).digest('hex').slice(0, 12)
  return join(cacheFolder(environment), 'xla', `${key}-${hash}`)
}

/** The processor, the driver and the cards, as far as Linux's own files tell. */
function devicesHere(): string[] {
  const driver = '/proc/driver/nvidia'
  const cards = existsSync(join(driver, 'gpus')) ? readdirSync(join(driver, 'gpus')).sort() : []
  const read = (path: string): string => {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      return '' // no such driver, or it is going away
    }
  }
  const models = cards.map(
    (card) => /^Model:.*$/m.exec(read(join(driver, 'gpus', card, 'information')))?.[0] ?? card,
  )
  return [process.arch, cpus()[0]?.model ?? '', read(join(driver, 'version')), ...models]
}

/**
 * Removes compiled functions that are cut off (TensorFlow would take each as an error, at every start), and
 * those that were written longest ago, until the others take `most` bytes at most.
 */
export function tidyXlaCache(folder: string, most = mostBytes): void {
  if (!existsSync(folder)) return
  const files = readdirSync(folder)
    .filter((name) => name.startsWith(filePrefix))
    .flatMap((name) => {
      const path = join(folder, name)
      const found = statSync(path, { throwIfNoEntry: false })
      return found === undefined ? [] : [{ path, bytes: found.size, writtenMs: found.mtimeMs }]
    })
    .sort((a, b) => b.writtenMs - a.writtenMs)
  let kept = 0
  for (const { path, bytes } of files) {
    const isWhole = isWholeMessage(path, bytes)
    if (isWhole) kept += bytes
    // another process may have removed it by now
    if (!isWhole || kept > most) rmSync(path, { force: true })
  }
}

/** Whether a file is fields of a protobuf message to its last byte, none of them longer than the file. */
function isWholeMessage(path: string, bytes: number): boolean {
  const file = openSync(path, 'r')
  const header = Buffer.alloc(20)
  try {
    let at = 0
    while (at < bytes) {
      const reader = protobuf.Reader.create(header.subarray(0, readSync(file, header, 0, header.length, at)))
      // every field of XlaSerializedCacheEntry is a message or bytes: a tag, a length, and so many bytes
      if ((reader.uint32() & 7) !== 2) return false
      const length = reader.uint32()
      at += reader.pos + length
    }
    return bytes > 0 && at === bytes
  } catch {
    return false // ends inside a tag or a length
  } finally {
    closeSync(file)
  }
}
