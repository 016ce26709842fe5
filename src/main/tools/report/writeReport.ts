import { rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileError } from '../../disk/fileError.ts'
import { assertNewOutput } from '../../disk/outputPath.ts'
import type { ReportDocument } from './document.ts'
import { htmlReport } from './html.ts'
import { markdownReport } from './markdown.ts'

/**
 * Writes a report into a new file: Markdown where its name ends in `.md`, else HTML.
 *
 * @param file    absolute
 * @param report  made only where its file can be
 * @returns the file's bytes
 * @throws RecheckError `report.exists`, `report.inside-data`, `file.*`: before anything is drawn where that
 *   can be known
 */
export async function writeReport(
  file: string,
  { dataDir, report }: { readonly dataDir: string; readonly report: () => ReportDocument },
): Promise<number> {
  assertNewReport(file, dataDir)
  const document = report()
  const text = file.endsWith('.md') ? markdownReport(document) : htmlReport(document)
  await writeNew(file, text)
  return Buffer.byteLength(text)
}

/** @throws RecheckError `report.exists`, `report.inside-data`, `file.*` */
export function assertNewReport(file: string, dataDir: string): void {
  assertNewOutput(file, { kind: 'file', command: 'report', dataDir })
}

/**
 * Writes a document into a new file: Markdown where its name ends in `.md`, with its pictures as SVG files
 * beside it, else HTML.
 *
 * @param file  absolute
 * @throws RecheckError `file.*`
 */
export async function writeDocument(file: string, document: ReportDocument): Promise<void> {
  if (!file.endsWith('.md')) return writeNew(file, htmlReport(document))
  const pictures = document.blocks.flatMap((block) => (block.kind === 'picture' ? [block] : []))
  const nameOf = (index: number): string => `${basename(file, '.md')}-${index + 1}.svg`
  for (const [index, { svg }] of pictures.entries()) await writeNew(join(dirname(file), nameOf(index)), svg)
  await writeNew(file, markdownReport(document, nameOf))
}

/** For whom the user lets see it, as any file he makes; half a file is no report. */
async function writeNew(file: string, text: string): Promise<void> {
  let isOurs = true
  try {
    await writeFile(file, text, { flag: 'wx' }).catch((thrown: NodeJS.ErrnoException) => {
      isOurs = thrown.code !== 'EEXIST'
      throw thrown
    })
  } catch (thrown) {
    if (isOurs) await rm(file, { force: true }).catch(() => undefined) // the first error says more
    throw fileError(thrown, file)
  }
}
