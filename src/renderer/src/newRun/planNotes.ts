import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import { errorGroup, type ErrorGroup, type RecheckErrorCode } from '../../../shared/errors/errorCodes.ts'
import { errorData } from '../../../shared/errors/recheckError.ts'

/** The field that an error is about, where the error itself names none. */
const fieldOfCode: Partial<Record<RecheckErrorCode, string>> = {
  'model.reference': 'model.reference',
  'train.too-long': 'sampling.maxCompletionTokens',
}
const fieldOfGroup: Partial<Record<ErrorGroup, string>> = {
  data: 'data.source',
  template: 'template',
  device: 'device',
  model: 'model.path',
  tokenizer: 'model.path',
  checkpoint: 'model.path',
  config: 'model.path',
  file: 'model.path',
}

/** The field at which an error of the machine belongs; null where it is about no field. */
export function fieldOfError(problem: unknown, config: RunConfig): string | null {
  const { code, data } = errorData(problem)
  if (typeof data?.['field'] === 'string') return data['field']
  const path = fieldOfCode[code] ?? fieldOfGroup[errorGroup(code)] ?? null
  return path === 'data.source' && typeof config.data.source === 'object' ? 'data.source.path' : path
}

/** What of a config decides what the machine finds; asked again only when it changes. */
export function checkedPart(config: RunConfig): Readonly<Record<string, unknown>> {
  const { name: _name, tags: _tags, notes: _notes, alarms: _alarms, optimizer: _optimizer, ...rest } = config
  return rest
}
