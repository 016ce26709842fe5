import type { RowLayout } from '../../../core/data/sourceRows.ts'
import type { Problem } from '../../../core/data/problem.ts'
import { plainText } from '../../../shared/text/plainText.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { shortened } from '../../../shared/text/shortened.ts'
import type { DataCheck, DataOverlap, DataRow, DataRows } from '../../../shared/routes/library/library.ts'
import { checkProblemFiles } from '../../host/datasets/files.ts'
import { DatasetScan } from '../../host/datasets/scan.ts'
import { findDatasetFiles } from '../../host/datasets/folder.ts'
import type { StoredSet } from '../../owner/tasks/dataSets.ts'
import { notesOf, refusalOf } from './dataFindings.ts'

/** What the process that reads data sets of the library is asked. */
export type DataQuestion =
  | { readonly question: 'data.rows'; readonly set: StoredSet; readonly wanted: RowsWanted }
  | { readonly question: 'data.check'; readonly set: StoredSet }
  | { readonly question: 'data.overlap'; readonly first: StoredSet; readonly second: StoredSet }

export interface RowsWanted {
  readonly search: string
  readonly split: DataRow['split'] | null
  readonly subject: string | null
  readonly level: string | null
  readonly offset: number
  readonly limit: number
}

/** Of a question or an answer on a page. */
const longestText = 4000
/** Of subjects and levels to choose from. */
const mostChoices = 200
const examplesShown = 5

/** A page of a data set's problems, as runs read them. */
export async function dataRows(set: StoredSet, wanted: RowsWanted): Promise<DataRows> {
  const splits = { train: 0, validation: 0, test: 0 }
  const [subjects, levels] = [new Set<string>(), new Set<string>()]
  const search = wanted.search.toLowerCase()
  const rows: DataRow[] = []
  let total = 0
  for await (const { problem, split } of problemsOf(set)) {
    splits[split]++
    if (problem.subject !== null && subjects.size < mostChoices) subjects.add(problem.subject)
    if (problem.level !== null && levels.size < mostChoices) levels.add(problem.level)
    if (!matches(problem, split, { ...wanted, search })) continue
    if (total >= wanted.offset && rows.length < wanted.limit) rows.push(rowOf(problem, split))
    total++
  }
  const sorted = (names: ReadonlySet<string>): string[] => [...names].sort().map((each) => plainText(each))
  return { total, splits, rows, subjects: sorted(subjects), levels: sorted(levels) }
}

function matches(problem: Problem, split: DataRow['split'], wanted: RowsWanted): boolean {
  if (wanted.split !== null && wanted.split !== split) return false
  if (wanted.subject !== null && wanted.subject !== problem.subject) return false
  if (wanted.level !== null && wanted.level !== problem.level) return false
  if (wanted.search === '') return true
  return [problem.question, problem.answer].some((text) => text.toLowerCase().includes(wanted.search))
}

function rowOf({ id, question, answer, subject, level }: Problem, split: DataRow['split']): DataRow {
  const shown = (text: string): string => plainText(shortened(text, longestText))
  return {
    problemId: shown(id),
    split,
    question: shown(question),
    answer: shown(answer),
    subject: subject === null ? null : shown(subject),
    level: level === null ? null : shown(level),
  }
}

/** What `recheck data check` says of a data set, in sentences. @throws RecheckError `data.*` */
export async function checkedData({ path, layout }: StoredSet): Promise<DataCheck> {
  const report = await checkProblemFiles(path, layout as RowLayout | null, null)
  return { notes: notesOf(report), problem: refusalOf(report) }
}

/** Problems between two reports of how far a data set has been read. */
const reportEvery = 1000

/**
 * How much two data sets have in common; a problem of a test in another's training data is a leak.
 *
 * @param report  told how many problems of a set have been read; what it throws ends the work
 * @throws RecheckError `data.*`
 */
export async function dataOverlap(
  first: StoredSet,
  second: StoredSet,
  report: (set: string, problems: number) => void = () => undefined,
): Promise<DataOverlap> {
  const known = new Map<string, DataRow['split']>()
  for await (const { problem, split } of problemsOf(first)) {
    known.set(problem.canonical, split)
    if (known.size % reportEvery === 0) report(first.name, known.size)
  }
  const found = { first: known.size, second: 0, shared: 0, leaking: 0 }
  const examples: string[] = []
  for await (const { problem, split } of problemsOf(second)) {
    found.second++
    if (found.second % reportEvery === 0) report(second.name, found.second)
    const other = known.get(problem.canonical)
    if (other === undefined) continue
    found.shared++
    if ((other === 'train') !== (split === 'train')) found.leaking++
    if (examples.length < examplesShown) examples.push(plainText(shortened(problem.question, 300)))
  }
  return { ...found, examples }
}

interface SplitProblem {
  readonly problem: Problem
  readonly split: DataRow['split']
}

/** Every problem once. @throws RecheckError `data.*` */
async function* problemsOf({ name, path, layout }: StoredSet): AsyncGenerator<SplitProblem> {
  const { files, skipped } = await findDatasetFiles(path)
  const scan = new DatasetScan({
    source: name,
    layout: layout as RowLayout | null,
    promptLimit: null,
    skippedFiles: skipped,
    keepsGoing: true,
  })
  if (files.length === 0) throw new RecheckError('data.missing', `${name} has no file of problems.`)
  for (const file of files)
    for await (const problem of scan.readFile(file)) yield { problem, split: file.split }
}
