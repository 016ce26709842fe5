import type { JobPort } from '../wire/jobPort.ts'
import type { RunMaterial } from '../run/runMaterial.ts'

/** Writes to the run's log what is to be known of its data and its models, each note once a run. */
export function emitMaterialNotes(
  { problems, modelNotices }: Pick<RunMaterial, 'problems' | 'modelNotices'>,
  port: Pick<JobPort, 'emit'>,
): void {
  const warn = (code: string, key: string, message: string) =>
    port.emit({ type: 'log', level: 'warning', code, key, message, remedy: null })
  if (problems.note !== null) warn('data.note', 'data.note', problems.note)
  for (const [index, notice] of modelNotices.entries()) warn('model.note', `model.note-${index}`, notice)
}
