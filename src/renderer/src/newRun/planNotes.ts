import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import { errorData } from '../../../shared/recheckError.ts'

/** Beginnings of error codes, and the field that the error is about. */
const fieldOfCode: readonly (readonly [code: string, path: string])[] = [
  ['data.', 'data.source'],
  ['template.', 'template'],
  ['device.', 'device'],
  ['train.too-long', 'sampling.maxCompletionTokens'],
  ['model.', 'model.path'],
  ['tokenizer.', 'model.path'],
  ['checkpoint.', 'model.path'],
  ['config.', 'model.path'],
  ['file.', 'model.path'],
]

/** The field at which an error of the machine belongs; null where it is about no field. */
export function fieldOfError(problem: unknown, config: RunConfig): string | null {
  const { code, message } = errorData(problem)
  const path = fieldOfCode.find(([beginning]) => code.startsWith(beginning))?.[1] ?? null
  const { reference } = config.model
  if (path === 'model.path' && reference !== null && message.includes(reference)) return 'model.reference'
  return path === 'data.source' && typeof config.data.source === 'object' ? 'data.source.path' : path
}

/** What of a config decides what the machine finds; asked again only when it changes. */
export function checkedPart(config: RunConfig): Readonly<Record<string, unknown>> {
  const { name: _name, tags: _tags, notes: _notes, alarms: _alarms, optimizer: _optimizer, ...rest } = config
  return rest
}
