import { join } from 'node:path'
import { isJsonObject } from '../../core/model/config/configFields.ts'
import type { JsonObject } from '../../core/model/config/configFields.ts'
import type { ModelConfig } from '../../core/model/config/modelConfig.ts'
import { canonicalJson } from '../../shared/text/canonicalJson.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { quoted } from '../../shared/text/shortened.ts'
import type { ModelFolder } from '../host/model/modelFolder.ts'
import { readJsonFile } from '../host/machine/jsonFiles.ts'

/**
 * Policy and reference score the same token ids in graphs of one shape, so a reference of its own has to be
 * of the policy's architecture and vocabulary.
 *
 * @throws RecheckError `model.reference` naming what differs
 */
export async function checkReferenceModel(policy: ModelFolder, reference: ModelFolder): Promise<void> {
  const parts = differingParts(policy.config, reference.config)
  const token = parts.length > 0 ? null : await differingToken(policy.folder, reference.folder)
  if (parts.length === 0 && token === null) return
  const differing = token === null ? parts : [token]
  throw new RecheckError(
    'model.reference',
    `model.reference ${reference.folder} is no reference for model.path ${policy.folder}: ${differing.join('; ')}. ` +
      'It has to be of the same architecture and vocabulary; null takes the initial policy.',
    { differing },
  )
}

/**
 * What the numbers of a forward pass depend on. Positions count where they are weights; which ids end a text
 * never does.
 */
function differingParts(policy: ModelConfig, reference: ModelConfig): string[] {
  const passed = new Set(['bosId', 'endIds', 'padId', ...(policy.rotary === null ? [] : ['maxPositions'])])
  const names = Object.keys(policy).filter((name) => !passed.has(name)) as (keyof ModelConfig)[]
  return names.flatMap((name) => {
    const [own, other] = [canonicalJson(policy[name]), canonicalJson(reference[name])]
    return own === other ? [] : [`${name} is ${other}, the policy’s ${own}`]
  })
}

/** An id that stands for two texts; null also where a folder has no tokenizer.json to tell. */
async function differingToken(policyFolder: string, referenceFolder: string): Promise<string | null> {
  const [own, other] = await Promise.all(
    [policyFolder, referenceFolder].map(async (folder) =>
      tokensOf(await readJsonFile(join(folder, 'tokenizer.json'))),
    ),
  )
  for (const [id, text] of own ?? []) {
    const otherText = other?.get(id) ?? text
    if (otherText !== text) return `token ${id} is ${quoted(otherText)}, the policy’s ${quoted(text)}`
  }
  return null
}

/**
 * Texts by id, of a tokenizer.json: `{ token: id }`, or a list of `[token, score]`; added tokens beside them.
 */
function tokensOf(json: JsonObject | null): ReadonlyMap<number, string> {
  const tokens = new Map<number, string>()
  const vocabulary = isJsonObject(json?.['model']) ? json['model']['vocab'] : null
  if (Array.isArray(vocabulary))
    vocabulary.forEach((entry, id) => tokens.set(id, Array.isArray(entry) ? String(entry[0]) : String(entry)))
  else if (isJsonObject(vocabulary))
    for (const [text, id] of Object.entries(vocabulary)) tokens.set(Number(id), text)
  const added = Array.isArray(json?.['added_tokens']) ? json['added_tokens'] : []
  for (const each of added) if (isJsonObject(each)) tokens.set(Number(each['id']), String(each['content']))
  return tokens
}
