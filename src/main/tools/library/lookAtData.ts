import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { RowLayout, SourceRow } from '../../../core/data/sourceRows.ts'
import { plainText } from '../../../shared/text/plainText.ts'
import { errorData, RecheckError } from '../../../shared/errors/recheckError.ts'
import { shortened } from '../../../shared/text/shortened.ts'
import type { DataColumns, DataLook } from '../../../shared/routes/library/dataImport.ts'
import { checkProblemFiles, showProblemFiles } from '../../host/datasets/files.ts'
import { openDatasetFile } from '../../host/datasets/rows.ts'
import { readError } from '../../disk/fileError.ts'
import { notesOf, refusalOf } from './dataFindings.ts'
import { guessColumns } from './guessColumns.ts'

/** What the process that reads a file of problems is asked. */
export interface DataLookQuestion {
  readonly question: 'data.look'
  readonly path: string
  readonly columns: DataColumns | null
}

const rowsShown = 5
const columnsShown = 200
const cellChars = 300

/**
 * A file of problems: its columns, its first rows, the problems that they make, and what is wrong with it.
 *
 * @throws RecheckError `file.*` where there is no such file, `data.*`
 */
export async function lookAtData({ path, columns }: DataLookQuestion): Promise<DataLook> {
  await stat(path).catch((thrown: unknown) => {
    throw readError(thrown, path)
  })
  const table = await firstRows(path)
  const chosen = columns ?? guessColumns(table.columns)
  const head = { ...table, chosen }
  if (chosen === null) {
    const problem = `No column looks like a question with a known answer. Choose the columns; the file has ${table.columns.slice(0, 12).join(', ') || 'none'}.`
    return { ...head, problems: [], counts: null, notes: [], problem }
  }
  const layout: RowLayout = { kind: 'fields', ...chosen }
  try {
    const report = await checkProblemFiles(path, layout, null)
    const shown = await showProblemFiles(path, layout, rowsShown)
    const problems = shown.map(({ question, answer, subject, level }) => ({
      question: cellText(question),
      answer: cellText(answer),
      subject: subject === null ? null : cellText(subject),
      level: level === null ? null : cellText(level),
    }))
    const counts = { rows: report.rows, used: report.used }
    return { ...head, problems, counts, notes: notesOf(report), problem: refusalOf(report) }
  } catch (thrown) {
    if (!(thrown instanceof RecheckError)) throw thrown
    return { ...head, problems: [], counts: null, notes: [], problem: errorData(thrown).message }
  }
}

type Table = Pick<DataLook, 'format' | 'columns' | 'rows'>

async function firstRows(path: string): Promise<Table> {
  const table = await openDatasetFile(path, basename(path))
  const found: SourceRow[] = []
  // every column: a person has to choose among them
  for await (const placed of table.rows(null)) {
    if (placed.kind === 'row') found.push(placed.row)
    if (found.length === rowsShown) break
  }
  const names = table.columns ?? [...new Set(found.flatMap((row) => Object.keys(row)))]
  const columns = names.slice(0, columnsShown)
  const rows = found.map((row) => columns.map((column) => cellText(row[column])))
  return { format: table.format, columns, rows }
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return plainText(shortened(typeof value === 'string' ? value : JSON.stringify(value), cellChars))
}
