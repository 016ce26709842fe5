import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { listed } from '../../../shared/text/shortened.ts'
import type { HubFile, HubRepo } from './hubRepo.ts'

/** What a run reads of a model beside its weights; the first is needed. */
const smallFiles = [
  'config.json',
  'tokenizer.json',
  'generation_config.json',
  'tokenizer_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
]
const singleWeights = 'model.safetensors'
const weightIndex = 'model.safetensors.index.json'
const shard = /^model-\d{5}-of-\d{5}\.safetensors$/

/** The files of a model that a run reads, small ones apart: they tell whether the large ones are of use. */
export interface ModelFiles {
  readonly small: readonly HubFile[]
  readonly weights: readonly HubFile[]
}

/**
 * Chooses config, tokenizer, template and safetensors; nothing that could run code when it is opened, and
 * nothing of the other formats that lie beside them.
 *
 * @throws RecheckError `hub.no-model` with what the repository holds instead
 */
export function chooseModelFiles({ repo, files, page }: HubRepo): ModelFiles {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const pick = (names: readonly string[]): HubFile[] => names.flatMap((name) => byPath.get(name) ?? [])
  const single = pick([singleWeights])
  const shards = byPath.has(weightIndex) ? files.filter(({ path }) => shard.test(path)) : []
  const weights = single.length > 0 ? single : shards
  if (byPath.has('config.json') && weights.length > 0) {
    const index = single.length > 0 ? [] : [weightIndex]
    return { small: pick([...smallFiles, ...index]), weights }
  }
  throw new RecheckError(
    'hub.no-model',
    `"${repo.name}" cannot be trained here: expected config.json and weights in safetensors at its top, and it ` +
      `${holdsInstead(files)} See ${page}.`,
  )
}

function holdsInstead(files: readonly HubFile[]): string {
  const names = files.map(({ path }) => path)
  if (names.includes('adapter_config.json')) return 'is an adapter without its base model; merge them first.'
  const gguf = names.filter((name) => /\.gguf$/i.test(name))
  if (gguf.length > 0) {
    return `holds GGUF files (${listed(gguf, 3)}); download one and give it to "recheck models import", or take the original model.`
  }
  if (names.some((name) => /\.(bin|pt|pth|ckpt)$/.test(name))) {
    return 'holds PyTorch pickles, which can run code when they are opened and are not read. Take a model with safetensors.'
  }
  return names.length === 0 ? 'is empty.' : `holds ${listed(names, 4)}.`
}
