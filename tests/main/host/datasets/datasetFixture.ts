import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after } from 'node:test'
import type { DataReport } from '../../../../src/core/data/dataReport.ts'
import type { Problem } from '../../../../src/core/data/problem.ts'
import { DatasetScan } from '../../../../src/main/host/datasets/scan.ts'
import { checkProblemFiles } from '../../../../src/main/host/datasets/files.ts'
import { findDatasetFiles } from '../../../../src/main/host/datasets/folder.ts'

export interface DatasetFixture {
  readonly root: string
  write(name: string, content: string | Uint8Array): Promise<string>
}

/** A folder for data files that is removed after the tests of the file. */
export async function datasetFixture(): Promise<DatasetFixture> {
  const root = await mkdtemp(join(tmpdir(), 'recheck-datasets-'))
  after(() => rm(root, { recursive: true }))
  return {
    root,
    write: async (name, content) => {
      const path = join(root, name)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, content)
      return path
    },
  }
}

/** Every problem of a file or folder, and what became of the other rows. */
export async function readAll(
  path: string,
): Promise<{ readonly problems: readonly Problem[]; readonly report: DataReport }> {
  const { files, skipped } = await findDatasetFiles(path)
  const scan = new DatasetScan({
    source: path,
    layout: null,
    promptLimit: null,
    skippedFiles: skipped,
    keepsGoing: true,
  })
  const problems: Problem[] = []
  for (const file of files) for await (const problem of scan.readFile(file)) problems.push(problem)
  return { problems, report: scan.report() }
}

/** The report of a check, whose counts add up. */
export async function checked(path: string): Promise<DataReport> {
  const report = await checkProblemFiles(path, null, null)
  const left = Object.values(report.left).reduce((sum, count) => sum + count, 0)
  if (report.rows !== report.used + left)
    throw new Error(`${report.rows} rows are not ${report.used} used + ${left} left`)
  return report
}
