import { rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { stringify } from 'yaml'
import type { PlotTheme } from '../../shared/plots/plotTheme.ts'
import type { Run } from '../../shared/runs/records.ts'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { fileError } from '../disk/fileError.ts'
import { makeWritableFolder } from '../host/machine/atomicFiles.ts'
import { makeFolders } from '../disk/makeFolders.ts'
import { assertNewOutput } from '../disk/outputPath.ts'
import { svgPng } from '../host/machine/plotFiles.ts'
import { plainText } from '../../shared/text/plainText.ts'
import type { Database } from '../store/database.ts'
import { writeMetricsParquet, writeRolloutsParquet } from './exportParquet.ts'
import { machineCsv } from './machineCsv.ts'
import { metricsCsv } from './metricsCsv.ts'
import { drawnPlots, runPlotSvg } from './runPlots.ts'

export interface ExportSetup {
  readonly db: Database
  readonly run: Run
  /** Absolute; made if missing, and put in place only when everything is written. */
  readonly folder: string
  readonly theme: PlotTheme
  /** Pixels of a PNG for each of its 1,200 × 800 points. */
  readonly pixelRatio: number
  /** Metrics and rollouts as Parquet files, too; null: not. */
  readonly parquet: { readonly onRollouts: (done: number, total: number) => void } | null
  readonly onPlot: (done: number, total: number) => void
}

/**
 * Writes the main plots as PNG and SVG, every point as CSV, the resolved config, what the machine did, and where they are asked for
 * Parquet files.
 *
 * @returns the names of the files, in the order in which they were written
 * @throws RecheckError `export.exists` when the folder is there already and holds something · `file.*` of its
 *   disk
 */
export async function exportRun(setup: ExportSetup): Promise<readonly string[]> {
  const { db, run, folder } = setup
  assertMayExport(folder, dirname(db.name))
  const unfinished = join(dirname(folder), `.unfinished-${basename(folder)}-${run.runId}`)
  const files: string[] = []
  const write = async (name: string, content: string | Uint8Array): Promise<void> => {
    await writeFile(join(unfinished, name), content)
    files.push(name)
  }
  try {
    await rm(unfinished, { recursive: true, force: true })
    makeFolders(dirname(folder))
    await makeWritableFolder(unfinished, 0o777) // for whom the user lets see it: it may lie anywhere
    const plots = drawnPlots(db, run)
    for (const [index, { id, shape }] of plots.entries()) {
      const svg = runPlotSvg(shape, setup)
      await write(`${id}.svg`, svg)
      await write(`${id}.png`, svgPng(svg, setup.pixelRatio))
      setup.onPlot(index + 1, plots.length)
    }
    await write('metrics.csv', metricsCsv(db, run))
    await write('config.yaml', configYaml(run.config))
    const machine = machineCsv(db, run)
    if (machine !== null) await write('machine.csv', machine)
    if (setup.parquet !== null) files.push(...(await writeParquet(setup, unfinished)))
    await rename(unfinished, folder)
    return files
  } catch (thrown) {
    await rm(unfinished, { recursive: true, force: true }).catch(() => undefined) // the first error says more
    const code = (thrown as NodeJS.ErrnoException).code
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST') throw fileError(thrown, folder)
    throw new RecheckError(
      'export.exists',
      `${folder} is there already and not empty. Choose another folder with --out.`,
    )
  }
}

const noProgress = (): void => undefined

async function writeParquet({ db, run, parquet }: ExportSetup, folder: string): Promise<readonly string[]> {
  const [metrics, rollouts] = ['metrics.parquet', 'rollouts.parquet'] as const
  writeMetricsParquet(db, run, join(folder, metrics))
  await writeRolloutsParquet(db, run, {
    path: join(folder, rollouts),
    onProgress: parquet?.onRollouts ?? noProgress,
  })
  return [metrics, rollouts]
}

/** @throws RecheckError `export.exists`, `export.inside-data`, `file.*`: before anything is drawn */
export function assertMayExport(folder: string, dataDir: string): void {
  assertNewOutput(folder, { kind: 'folder', command: 'export', dataDir })
}

/**
 * A text with marks that an editor or a terminal would obey is written with escapes, which YAML has in double
 * quotes.
 */
export function configYaml(json: string): string {
  const config: unknown = JSON.parse(json)
  const yaml = stringify(config)
  return plainText(yaml) === yaml ? yaml : plainText(stringify(config, { defaultStringType: 'QUOTE_DOUBLE' }))
}
