import { readFile } from 'node:fs/promises'
import { RecheckError } from '../../../shared/recheckError.ts'
import { isJsonObject } from '../../../core/model/configFields.ts'
import type { JsonObject } from '../../../core/model/configFields.ts'

/** A JSON object from a file, or null where there is no such file. @throws RecheckError `file.bad-json` */
export async function readJsonFile(path: string): Promise<JsonObject | null> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null
    throw cause
  }
  return parseJsonObject(text, path)
}

function parseJsonObject(text: string, path: string): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new RecheckError('file.bad-json', `${path} is not valid JSON: ${reason}`)
  }
  if (isJsonObject(value)) return value
  throw new RecheckError('file.bad-json', `${path}: expected a JSON object`)
}
