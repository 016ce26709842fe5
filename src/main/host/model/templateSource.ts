import { join } from 'node:path'
import { describe, isJsonObject, type JsonObject } from '../../../core/model/config/configFields.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { readSmallFile } from '../machine/jsonFiles.ts'

/** A chat template as text, and where it stands, for messages. */
export interface TemplateSource {
  readonly text: string
  readonly origin: string
}

/**
 * The chat template of a model folder, or null where it has none: `chat_template.jinja`, which transformers
 * prefers, else `chat_template` of tokenizer_config.json (a text, or a list of named ones, of which `default`
 * is meant).
 *
 * @throws RecheckError `tokenizer.invalid`, `file.unreadable`
 */
export async function readTemplateSource(folder: string, config: JsonObject): Promise<TemplateSource | null> {
  const path = join(folder, 'chat_template.jinja')
  const bytes = await readSmallFile(path, 'a Jinja template')
  if (bytes !== null) return { text: utf8(bytes, path), origin: path }
  const origin = `${join(folder, 'tokenizer_config.json')}: chat_template`
  const given = config['chat_template'] ?? null
  if (given === null || given === '') return null
  if (typeof given === 'string') return { text: given, origin }
  if (!Array.isArray(given)) throw invalid(origin, `expected a text or a list, got ${describe(given)}`)
  const named: unknown = given.find((each) => isJsonObject(each) && each['name'] === 'default')
  const template = isJsonObject(named) ? named['template'] : undefined
  if (typeof template === 'string') return { text: template, origin: `${origin} "default"` }
  throw invalid(origin, 'expected a template named "default" in the list')
}

function utf8(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw invalid(path, 'it is not UTF-8 text')
  }
}

function invalid(origin: string, problem: string): RecheckError {
  return new RecheckError('tokenizer.invalid', `${origin}: ${problem}. Fetch the folder again.`)
}
