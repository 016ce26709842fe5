import { stringify } from 'yaml'
import { valueAtPath } from '../../../shared/config/fields.ts'

/**
 * The settings that most often let a run go on: a smaller update, fewer rows at once. As the run has them
 * now.
 */
export function resumeText(config: string): string {
  const run = JSON.parse(config) as Readonly<Record<string, unknown>>
  return stringify({
    optimizer: { learningRate: valueAtPath(run, 'optimizer.learningRate') },
    microBatch: valueAtPath(run, 'microBatch'),
  })
}
