import { canonicalJson } from '../../../shared/text/canonicalJson.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { describe, type ConfigFields } from './configFields.ts'
import { ruleOf } from './fieldRules.ts'
import type { ModelFamily } from './modelConfig.ts'

/**
 * Refuses every field that would change the computation in a way that Recheck does not have.
 *
 * @returns the fields that are in no row of `fieldRules`: nothing here reads them
 * @throws RecheckError `config.unsupported` naming the field and what would be accepted
 */
export function checkFields(fields: ConfigFields, family: ModelFamily): readonly string[] {
  const unknown: string[] = []
  for (const name of fields.names()) {
    const rule = ruleOf(name, family)
    if (rule === undefined) unknown.push(name)
    if (rule?.treatment !== 'neutral' || !fields.has(name)) continue
    const value = canonicalJson(fields.raw(name))
    if (rule.values.some((accepted) => canonicalJson(accepted) === value)) continue
    const accepted = [...rule.values.map((each) => JSON.stringify(each)), 'null'].join(' or ')
    throw new RecheckError(
      'config.unsupported',
      `${fields.file}: "${name}" is ${describe(fields.raw(name))} (${rule.about}), which Recheck does not compute. ` +
        `Use a model without it: Recheck accepts ${accepted} here.`,
    )
  }
  return unknown
}
