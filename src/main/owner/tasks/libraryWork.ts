import { cp, rename } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { OutputOf, ParsedInputOf } from '../../../shared/routes/contract.ts'
import type { DataLook } from '../../../shared/routes/library/dataImport.ts'
import type { HubAccess } from '../../../shared/routes/library/hub.ts'
import type { DataCheck, DataOverlap, DataRows, ListedModel } from '../../../shared/routes/library/library.ts'
import { addData, newDataFolder } from '../../host/hub/dataLibrary.ts'
import type { Clock } from '../../host/machine/clock.ts'
import { projectFolder } from '../../host/machine/paths.ts'
import { libraryFolder, removeModel } from '../../host/model/modelLibrary.ts'
import { askProcess } from '../processes/askProcess.ts'
import { InTurn } from '../processes/inTurn.ts'
import { findDataSet } from './dataSets.ts'
import { Uploads, type UploadedFile } from './uploads.ts'

/** What the process that knows the key store is asked; a token stands in no argument of a process. */
export type HubQuestion =
  | { readonly question: 'hub.access' }
  | { readonly question: 'hub.login'; readonly token: string }
  | { readonly question: 'hub.logout' }

export interface LibraryWorkSetup {
  /** The Node 24 binary. */
  readonly nodePath: string
  readonly dataDir: string
  readonly clock: Pick<Clock, 'nowMs'>
}

/** A file may be large; whoever waits sees that it is read, and can leave. */
const withinMs = 1_800_000

/** Files of pages and what becomes of them: read by processes of their own, two at a time. */
export class LibraryWork {
  readonly uploads: Uploads
  readonly #setup: LibraryWorkSetup
  readonly #turns = new InTurn({
    atOnce: 2,
    abandonedText: 'It was not read: nobody waits for it any more.',
  })

  constructor(setup: LibraryWorkSetup) {
    this.#setup = setup
    this.uploads = new Uploads(setup)
  }

  /** @throws RecheckError `upload.*`, `data.*`, `inquiry.*` */
  async look({ uploadId, columns }: ParsedInputOf<'data.look'>, signal: AbortSignal): Promise<DataLook> {
    const { path } = await this.uploads.whole(uploadId)
    return (await this.#ask({ question: 'data.look', path, columns }, signal)) as DataLook
  }

  /** @throws RecheckError `data.*`, `inquiry.*` */
  async rows({ name, ...wanted }: ParsedInputOf<'data.rows'>, signal: AbortSignal): Promise<DataRows> {
    const set = await findDataSet(name)
    return (await this.#ask({ question: 'data.rows', set, wanted }, signal)) as DataRows
  }

  /** @throws RecheckError `data.*`, `inquiry.*` */
  async check({ name }: ParsedInputOf<'data.check'>, signal: AbortSignal): Promise<DataCheck> {
    const set = await findDataSet(name)
    return (await this.#ask({ question: 'data.check', set }, signal)) as DataCheck
  }

  /** @throws RecheckError `data.*`, `inquiry.*` */
  async overlap({ first, second }: ParsedInputOf<'data.overlap'>, signal: AbortSignal): Promise<DataOverlap> {
    const sets = { first: await findDataSet(first), second: await findDataSet(second) }
    return (await this.#ask({ question: 'data.overlap', ...sets }, signal)) as DataOverlap
  }

  /** Each opened as a run would open it. */
  async models(signal: AbortSignal): Promise<readonly Omit<ListedModel, 'usedBy'>[]> {
    return (await this.#ask({ question: 'models.list' }, signal)) as readonly Omit<ListedModel, 'usedBy'>[]
  }

  /** @throws RecheckError `hub.*`, `inquiry.*` */
  async hub(question: HubQuestion, signal: AbortSignal): Promise<HubAccess> {
    return (await this.#ask(question, signal)) as HubAccess
  }

  /** @throws RecheckError `model.name` */
  modelFolder(name: string): string {
    return libraryFolder(name)
  }

  /** @throws RecheckError `model.name`, `model.unknown`, `file.*` */
  removeModel(name: string): Promise<void> {
    return removeModel(name)
  }

  async #ask(question: unknown, signal: AbortSignal): Promise<unknown> {
    const { nodePath } = this.#setup
    const programPath = join(projectFolder, 'src', 'main', 'inspect.ts')
    return this.#turns.run(
      (end) => askProcess({ nodePath, programPath, question, signal: end, withinMs }),
      signal,
    )
  }

  /**
   * Puts an uploaded file into a folder of its own among the data sets, with a note of where it comes from
   * and of its columns. It is there whole or not at all.
   *
   * @throws RecheckError `upload.*`, `data.name`, `data.exists`, `file.*`
   */
  async importData({
    uploadId,
    name,
    columns: fields,
  }: ParsedInputOf<'data.import'>): Promise<OutputOf<'data.import'>> {
    const file = await this.uploads.whole(uploadId)
    const folder = newDataFolder(name)
    const fileName = basename(file.path)
    await addData(name, async (unfinished) => {
      await moveFile(file, join(unfinished, fileName))
      const importedAt = new Date(this.#setup.clock.nowMs()).toISOString()
      return { source: file.name, revision: null, licence: null, importedAt, fields }
    })
    await this.uploads.drop(uploadId)
    return { name, path: join(folder, fileName), fields }
  }

  async close(): Promise<void> {
    await this.#turns.close()
    await this.uploads.close()
  }
}

/** The library may be on another disk. */
async function moveFile(from: UploadedFile, to: string): Promise<void> {
  try {
    await rename(from.path, to)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EXDEV') throw thrown
    await cp(from.path, to)
  }
}
