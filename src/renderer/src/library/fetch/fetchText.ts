import { formatBytes, formatCount } from '../../../../shared/text/format.ts'
import type { FetchPlan, Wanted } from '../../../../shared/routes/library/fetching.ts'

/** `270 MiB in 6 files, licence apache-2.0.` */
export function planText({ name, files, bytes, missingBytes, licence, isThere, byPip }: FetchPlan): string {
  if (isThere) return `${name} is in the library already.`
  if (byPip !== null) return byPip
  const kept = missingBytes < bytes ? ` (${formatBytes(bytes - missingBytes)} of it are here already)` : ''
  const count = files === 1 ? '1 file' : `${formatCount(files)} files`
  const terms = licence === null ? 'its card names no licence' : `licence ${licence}`
  return `${name}: ${formatBytes(bytes)} in ${count}${kept}, ${terms}.`
}

/** What is to be fetched, the way that has been said. */
export function asPlanned(wanted: Wanted, { byPip }: FetchPlan): Wanted {
  return wanted.kind === 'model' && byPip !== null ? { ...wanted, from: 'pip' } : wanted
}
