import { parseArgs } from 'node:util'
import { RecheckError } from '../../shared/errors/recheckError.ts'

export interface WindowArguments {
  /** Link of a running `recheck serve`; null = own the data folder. */
  readonly link: string | null
  readonly dataDir: string | null
}

/**
 * Reads `--connect LINK` and `--data-dir FOLDER`; what Electron and Chromium are given beside them is left
 * alone.
 *
 * @throws RecheckError `usage.invalid` when an option lacks its value
 */
export function readWindowArguments(args: readonly string[]): WindowArguments {
  const options = { connect: { type: 'string' }, 'data-dir': { type: 'string' } } as const
  const { values } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true })
  return { link: textOf('--connect', values.connect), dataDir: textOf('--data-dir', values['data-dir']) }
}

function textOf(option: string, value: string | boolean | undefined): string | null {
  if (value === undefined) return null
  if (typeof value === 'string' && value !== '') return value
  throw new RecheckError('usage.invalid', `${option} needs a value, for example ${option} VALUE`)
}
