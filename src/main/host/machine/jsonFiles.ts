import { lstat, readFile, stat } from 'node:fs/promises'
import { describe, isJsonObject, type JsonObject } from '../../../core/model/config/configFields.ts'
import { foreignContent } from '../../../core/model/config/foreignContent.ts'
import { JsonTextError, parseJsonText } from '../../../core/model/config/jsonText.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'

/**
 * As long as the header of a safetensors file may be; the largest tokenizer.json on the hub is a third of it.
 */
const mostBytes = 100_000_000

/**
 * A JSON object from a file of a model folder, or null where there is no such file. A byte order mark and
 * Python's `NaN` are read (`parseJsonText`).
 *
 * @throws RecheckError `file.bad-json`, and `file.unreadable` for what is no file or cannot be read
 */
export async function readJsonFile(path: string): Promise<JsonObject | null> {
  const bytes = await readSmallFile(path, 'a JSON file')
  if (bytes === null) return null
  let value: unknown
  try {
    value = parseJsonText(bytes)
  } catch (cause) {
    if (!(cause instanceof JsonTextError)) throw cause
    const what = foreignContent(bytes) ?? `is not valid JSON: ${cause.message}. Is the download complete?`
    throw new RecheckError('file.bad-json', `${path} ${what}`)
  }
  if (isJsonObject(value)) return value
  throw new RecheckError('file.bad-json', `${path}: expected a JSON object, got ${describe(value)}`)
}

/**
 * The bytes of a file of a model folder, or null where there is no such file.
 *
 * @param expected  for the message: `a JSON file`
 * @throws RecheckError `file.unreadable` for what is no file, too large, or cannot be read
 */
export async function readSmallFile(path: string, expected: string): Promise<Uint8Array | null> {
  const unreadable = (what: string): RecheckError =>
    new RecheckError(
      'file.unreadable',
      `${path} ${what}; expected ${expected}. Fetch or copy the file again.`,
    )
  try {
    const found = await stat(path)
    if (!found.isFile()) throw unreadable(found.isDirectory() ? 'is a folder' : 'is no regular file')
    if (found.size > mostBytes) throw unreadable(`has ${found.size} bytes, more than ${mostBytes}`)
    return await readFile(path)
  } catch (cause) {
    if (cause instanceof RecheckError) throw cause
    const code = cause instanceof Error && 'code' in cause ? cause.code : null
    if (code !== 'ENOENT' && code !== 'ENOTDIR') {
      throw unreadable(`cannot be read (${cause instanceof Error ? cause.message : String(cause)})`)
    }
    const link = await lstat(path).catch(() => null)
    if (link === null) return null
    throw unreadable('is a link to a file that is not there')
  }
}
