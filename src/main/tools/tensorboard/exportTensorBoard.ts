import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Run } from '../../../shared/runs/records.ts'
import { fileError } from '../../disk/fileError.ts'
import { makeFolders } from '../../disk/makeFolders.ts'
import type { Database } from '../../store/database.ts'
import { listSeries, readSeries } from '../../store/metrics/metricQuery.ts'
import { configYaml } from '../exportRun.ts'
import { encodeEvents, fileHeader, type TensorBoardEvent } from './eventFile.ts'

/** An event file that grows with its run. */
export class TensorBoardMirror {
  /** In TensorBoard's folder, a folder of its own: TensorBoard calls a run by its folder. */
  readonly path: string
  readonly #run: Run
  /** Of each metric, the step of the last point that is written. */
  readonly #written = new Map<string, number>()

  /**
   * Makes the file, with the config as a text.
   *
   * @param folder  TensorBoard's own (`--logdir`)
   * @throws RecheckError `file.*`
   */
  constructor(folder: string, run: Run) {
    this.#run = run
    const own = join(folder, `${nameOf(run)}-${run.runId.slice(-6)}`)
    const seconds = secondsAt(run, 0)
    this.path = join(own, `events.out.tfevents.${Math.floor(seconds)}.${run.runId}`)
    const text = `\`\`\`yaml\n${configYaml(run.config)}\n\`\`\``
    const config = { wallTime: seconds, step: 0, value: { tag: 'config', text } }
    this.#write(() => {
      makeFolders(own)
      writeFileSync(this.path, Buffer.concat([fileHeader(seconds), encodeEvents([config])]))
    })
  }

  /** Writes the points that have come since the last time. @returns how many they are */
  update(db: Database): number {
    const events = listSeries(db, this.#run.runId)
      .filter(({ name, lastStep }) => lastStep > (this.#written.get(name) ?? -1))
      .flatMap(({ name }) => this.#newPoints(db, name))
    // TensorBoard reads a file from its beginning: what belongs together in time stands together
    events.sort((a, b) => a.wallTime - b.wallTime)
    this.#write(() => appendFileSync(this.path, encodeEvents(events)))
    return events.length
  }

  #newPoints(db: Database, name: string): TensorBoardEvent[] {
    const last = this.#written.get(name) ?? -1
    const { step, timeMs, value } = readSeries(db, this.#run.runId, name, last + 1)
    const events = Array.from(step, (at, index) => ({
      wallTime: secondsAt(this.#run, timeMs[index] ?? 0),
      step: at,
      value: { tag: name, scalar: value[index] ?? NaN },
    }))
    this.#written.set(name, events.at(-1)?.step ?? last)
    return events
  }

  #write(work: () => void): void {
    try {
      work()
    } catch (thrown) {
      throw fileError(thrown, this.path)
    }
  }
}

/** A point's time is active time: pauses are left out of it here, too. */
function secondsAt({ startedAtMs, createdAtMs }: Run, activeMs: number): number {
  return ((startedAtMs ?? createdAtMs) + activeMs) / 1000
}

/** A run's name as a folder's: whatever it holds, it leads nowhere. */
function nameOf({ name }: Run): string {
  const plain = name
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
  return plain === '' ? 'run' : plain.slice(0, 60)
}
