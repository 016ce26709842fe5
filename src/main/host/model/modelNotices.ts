import { ConfigFields, type JsonObject } from '../../../core/model/config/configFields.ts'
import type { ModelConfig } from '../../../core/model/config/modelConfig.ts'
import { readStoredFormat, unknownFields } from '../../../core/model/config/readModelConfig.ts'
import { listed } from '../../../shared/text/shortened.ts'
import type { WeightEntry } from './weightFiles.ts'

/** What a config.json says that is not read, or not so: sentences for people, usually none. */
export function modelNotices(model: {
  readonly config: ModelConfig
  readonly configJson: JsonObject
  readonly configPath: string
  readonly entries: ReadonlyMap<string, WeightEntry>
}): readonly string[] {
  const { config, configJson, configPath, entries } = model
  const notices: string[] = []
  const unknown = unknownFields(configJson, config.family)
  if (unknown.length > 0) {
    notices.push(
      `${configPath}: Recheck does not know and does not read ${listed(unknown)}. If that changes what the model computes, ` +
        'its numbers here are not those of the model.',
    )
  }
  const named = readStoredFormat(new ConfigFields(configPath, configJson))
  const stored = new Set([...entries.values()].map((entry) => entry.format))
  if (named !== null && !stored.has(named)) {
    notices.push(
      `${configPath}: the config says that weights are ${named}, the files hold ${[...stored].join(' and ')}. They are read as ` +
        'they are stored; transformers would round them.',
    )
  }
  return notices
}
