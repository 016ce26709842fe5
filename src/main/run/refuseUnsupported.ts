import type { RunConfig } from '../../shared/config/parseConfig.ts'
import { unsupportedFields } from '../../shared/config/problems.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'

/**
 * Refuses what the config can say and the trainer cannot do yet: nothing is trained in another way than asked
 * for.
 *
 * @throws RecheckError `config.unsupported` listing each field with the value that works
 */
export function refuseUnsupported(config: RunConfig): void {
  const lines = unsupportedFields(config).map(({ path, reason }) => `  ${path}: ${reason}`)
  if (lines.length === 0) return
  throw new RecheckError(
    'config.unsupported',
    `this config asks for what this version cannot do:\n${lines.join('\n')}`,
  )
}
