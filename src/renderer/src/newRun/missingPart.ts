import { errorData } from '../../../shared/errors/recheckError.ts'
import { wantedSchema, type Wanted } from '../../../shared/routes/library/fetching.ts'

/** What a refusal says that is not on this machine and can be fetched; null where there is no such thing. */
export function missingPart(problem: unknown): Wanted | null {
  if (problem === null || problem === undefined) return null
  const parsed = wantedSchema.safeParse(errorData(problem).data?.['fetch'])
  return parsed.success ? parsed.data : null
}
