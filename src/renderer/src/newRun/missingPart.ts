import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import { errorData } from '../../../shared/recheckError.ts'
import type { Wanted } from '../../../shared/routes/fetching.ts'

/** What a hub can be asked for: a name, with an owner or without, never a path. */
const hubName = /^[A-Za-z0-9][\w.-]*(?:\/[A-Za-z0-9][\w.-]*)?(?:@[\w.-]+)?$/

/** What a refusal names that is not on this machine and can be fetched; null where there is no such thing. */
export function missingPart(problem: unknown, { model, data }: RunConfig): Wanted | null {
  if (problem === null || problem === undefined) return null
  const { code, message } = errorData(problem)
  if (code === 'model.missing') {
    const names = [model.path, model.reference].filter((name) => name !== null)
    const name = names.find((each) => message.includes(each) && hubName.test(each))
    return name === undefined ? null : { kind: 'model', name }
  }
  const { source } = data
  return code === 'data.missing' && (source === 'math' || source === 'gsm8k')
    ? { kind: 'data', name: source, subset: null }
    : null
}
