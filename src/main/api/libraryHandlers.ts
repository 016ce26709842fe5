import { sep } from 'node:path'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { OwnerHandlers, StoreEvent } from '../../shared/routes/contract.ts'
import type { ListedData, UsingRun } from '../../shared/routes/library/library.ts'
import type { Owner } from '../owner/owner.ts'
import { listDataSets, removeDataSet } from '../owner/tasks/dataSets.ts'
import type { ImportTold } from '../owner/tasks/runImports.ts'
import { namedByRuns, type NamedByRun } from '../store/libraryUse.ts'

export type LibraryRoute =
  | 'upload.begin'
  | 'upload.append'
  | 'upload.drop'
  | 'run.import'
  | 'run.importFolder'
  | 'data.look'
  | 'data.import'
  | 'data.list'
  | 'data.rows'
  | 'data.check'
  | 'data.overlap'
  | 'data.remove'
  | 'models.list'
  | 'models.remove'

type UploadRoute = Extract<LibraryRoute, `upload.${string}`>

export interface LibraryHandlersSetup {
  readonly owner: Owner
  /** An event to all pages. */
  readonly tell: (event: StoreEvent) => void
}

/** Models, data sets and runs of other tools on this machine, and files on their way to them. */
export function libraryHandlers(setup: LibraryHandlersSetup): Pick<OwnerHandlers, LibraryRoute> {
  const { owner } = setup
  const { db, workshop } = owner
  const { library } = workshop
  return {
    ...uploadHandlers(owner),
    ...runImportHandlers(setup),
    'data.look': async (asked, { signal }) => library.look(asked, signal),
    'data.import': async (asked) => library.importData(asked),
    'data.list': async () => {
      const runs = namedByRuns(db)
      return (await listDataSets()).map((set) => ({ ...set, usedBy: usersOf(runs, namesData(set)) }))
    },
    'data.rows': async (wanted, { signal }) => library.rows(wanted, signal),
    'data.check': async (asked, { signal }) => library.check(asked, signal),
    'data.overlap': async (sets, { signal }) => library.overlap(sets, signal),
    'data.remove': async ({ name }) => {
      const set = (await listDataSets()).find((each) => each.name === name)
      if (set !== undefined) refuseInUse(name, namedByRuns(db), namesData(set))
      await removeDataSet(name)
      return null
    },
    'models.list': async (_, { signal }) => {
      const runs = namedByRuns(db)
      const models = await library.models(signal)
      return models.map((model) => ({ ...model, usedBy: usersOf(runs, namesModel(model)) }))
    },
    'models.remove': async ({ name }) => {
      const folder = library.modelFolder(name)
      refuseInUse(name, namedByRuns(db), namesModel({ name, folder }))
      await library.removeModel(name)
      return null
    },
  }
}

type RunImportRoute = Extract<LibraryRoute, `run.${string}`>

function runImportHandlers({ owner, tell }: LibraryHandlersSetup): Pick<OwnerHandlers, RunImportRoute> {
  const { library, runImports } = owner.workshop
  const told = (importId: string | null, signal: AbortSignal): ImportTold => ({
    signal,
    onProgress: (progress) => {
      if (importId !== null) tell({ runIds: [], event: { type: 'importing', importId, progress } })
    },
  })
  return {
    'run.import': async ({ importId, uploadId, stepColumn }, { signal }) => {
      const { path, name } = await library.uploads.whole(uploadId)
      const outcomes = await runImports.import({ path, name, stepColumn }, told(importId, signal))
      await library.uploads.drop(uploadId)
      return outcomes
    },
    'run.importFolder': async ({ importId, folder }, { signal }) =>
      runImports.importFolder(folder, told(importId, signal)),
  }
}

function uploadHandlers({ workshop }: Owner): Pick<OwnerHandlers, UploadRoute> {
  const { uploads } = workshop.library
  return {
    'upload.begin': async ({ name, bytes }) => ({ uploadId: await uploads.begin(name, bytes) }),
    'upload.append': async ({ uploadId, offset, base64 }) => ({
      received: await uploads.append(uploadId, offset, Buffer.from(base64, 'base64')),
    }),
    'upload.drop': async ({ uploadId }) => {
      await uploads.drop(uploadId)
      return null
    },
  }
}

type Names = (run: NamedByRun) => boolean

function namesModel({ name, folder }: { readonly name: string; readonly folder: string }): Names {
  return ({ models }) => models.includes(name) || models.includes(folder)
}

function namesData({ name, folder }: Pick<ListedData, 'name' | 'folder'>): Names {
  return ({ data }) => data !== null && (data === name || data === folder || data.startsWith(folder + sep))
}

function usersOf(runs: readonly NamedByRun[], names: Names): readonly UsingRun[] {
  return runs.filter(names).map(({ runId, name }) => ({ runId, name }))
}

/** A run that is over keeps its results without it; one under way would fail. */
function refuseInUse(name: string, runs: readonly NamedByRun[], names: Names): void {
  const user = runs.find((run) => run.isActive && names(run))
  if (user === undefined) return
  throw new RecheckError(
    'run.active',
    `${name} is used by the run “${user.name}”, which is not over. Stop the run first.`,
  )
}
