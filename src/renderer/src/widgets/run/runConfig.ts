import { valueAtPath } from '../../../../shared/config/fields.ts'
import type { Run } from '../../../../shared/runs/records.ts'

const parsedConfigs = new WeakMap<Run, unknown>()

/** The run's config as a value; parsed once per row object. */
export function configOf(run: Run): unknown {
  const known = parsedConfigs.get(run)
  if (known !== undefined) return known
  const parsed = JSON.parse(run.config) as unknown
  parsedConfigs.set(run, parsed)
  return parsed
}

/** What the run's config has under a path; null where it has nothing. */
export function configValue(run: Run, path: string): unknown {
  return valueAtPath(configOf(run), path) ?? null
}
