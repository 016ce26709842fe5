/**
 * Problems from files: MATH, GSM8K and one's own. Rows are streamed; only the problems of the splits are
 * kept.
 */
import type { ProblemSplits } from '../../../core/data/arithmetic.ts'
import type { DataReport } from '../../../core/data/dataReport.ts'
import type { Problem } from '../../../core/data/problem.ts'
import type { RowLayout } from '../../../core/data/sourceRows.ts'
import type { SplitSizes } from '../../../core/data/splitSelection.ts'
import { SplitSelection } from '../../../core/data/splitSelection.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { shortened } from '../../../shared/text/shortened.ts'
import type { PromptLimit } from './scan.ts'
import { DatasetScan } from './scan.ts'
import type { DatasetFile } from './folder.ts'
import { findDatasetFiles } from './folder.ts'
import { sourcePath, type ProblemSource } from './problemSource.ts'

export interface LoadSetup {
  readonly source: ProblemSource
  readonly sizes: SplitSizes
  readonly seed: number
  /** Where the folders `math` and `gsm8k` are. */
  readonly datasetsFolder: string
  readonly promptLimit?: PromptLimit
}

export interface LoadedProblems extends ProblemSplits {
  readonly report: DataReport
}

/**
 * @throws RecheckError `data.missing`, `data.unreadable`, `data.format`, `data.too-few`, `data.bad-rows`
 *   (more than 1 % of the rows) and `data.overlap` (a problem of a held-out file stands in a training file as
 *   well)
 */
export async function loadProblems(setup: LoadSetup): Promise<LoadedProblems> {
  const { source, sizes, seed, promptLimit } = setup
  const path = sourcePath(source, setup.datasetsFolder)
  const { files, skipped } = await findDatasetFiles(path)
  if (sizes.train > 0) requireTraining(path, files)
  const scan = new DatasetScan({
    source: sourceName(source),
    layout: layoutOf(source),
    promptLimit: promptLimit ?? null,
    skippedFiles: skipped,
  })
  const held = (split: 'validation' | 'test'): boolean => files.some((file) => file.split === split)
  const selection = new SplitSelection(
    sizes,
    seed,
    (['validation', 'test'] as const).filter((split) => held(split)),
  )
  for (const file of heldOutFirst(files)) {
    for await (const problem of scan.readFile(file)) selection.offer(problem, file.split)
  }
  scan.refuseBadRows()
  const report = scan.report()
  refuseOverlap(report)
  return { ...selection.splits(), report }
}

/** What a scan of the whole finds, without choosing problems: `recheck data check`. */
export async function checkProblemFiles(
  path: string,
  layout: RowLayout | null,
  promptLimit: PromptLimit | null,
): Promise<DataReport> {
  const { files, skipped } = await findDatasetFiles(path)
  const scan = new DatasetScan({ source: path, layout, promptLimit, skippedFiles: skipped, keepsGoing: true })
  for (const file of heldOutFirst(files)) {
    for await (const problem of scan.readFile(file)) void problem
  }
  return scan.report()
}

/** The first problems of the files, as they are read. */
export async function showProblemFiles(
  path: string,
  layout: RowLayout | null,
  count: number,
): Promise<readonly Problem[]> {
  const { files, skipped } = await findDatasetFiles(path)
  const scan = new DatasetScan({
    source: path,
    layout,
    promptLimit: null,
    skippedFiles: skipped,
    keepsGoing: true,
  })
  const problems: Problem[] = []
  for (const file of files) {
    for await (const problem of scan.readFile(file)) {
      problems.push(problem)
      if (problems.length === count) return problems
    }
  }
  return problems
}

/** Held-out problems must be known before the training files are compared with them. */
function heldOutFirst(files: readonly DatasetFile[]): readonly DatasetFile[] {
  return [
    ...files.filter(({ split }) => split !== 'train'),
    ...files.filter(({ split }) => split === 'train'),
  ]
}

function sourceName(source: ProblemSource): string {
  return typeof source === 'string' ? source : source.path
}

function layoutOf(source: ProblemSource): RowLayout {
  return typeof source === 'string' ? { kind: source } : { kind: 'fields', ...source.fields }
}

/** A file that is named as a test is never trained on, whatever else there is. */
function requireTraining(path: string, files: readonly DatasetFile[]): void {
  if (files.some(({ split }) => split === 'train')) return
  const names = files.slice(0, 3).map(({ name, split }) => `${name} as ${split}`)
  throw new RecheckError(
    'data.too-few',
    `${path}: there is no training file. By their names the files are held-out ones: ${names.join(', ')}` +
      `${files.length > 3 ? ` and ${files.length - 3} more` : ''}. Rename what is meant for training.`,
  )
}

const overlapsShown = 3

function refuseOverlap({ source, left, overlaps }: DataReport): void {
  const count = left.overlapping
  if (count === 0) return
  const shown = overlaps
    .slice(0, overlapsShown)
    .map(({ place, question, heldOut }) => `  ${place} (also in ${heldOut}): ${shortened(question)}`)
  if (count > shown.length) shown.push(`  and ${count - shown.length} more`)
  throw new RecheckError(
    'data.overlap',
    `${source}: ${count} ${count === 1 ? 'problem stands' : 'problems stand'} in more than one split (compared without case and spaces):\n` +
      `${shown.join('\n')}\nTake them out of the training files; "recheck data check" lists them.`,
    { overlapping: count },
  )
}
