import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readModelConfig } from '../../../core/model/config/readModelConfig.ts'
import type { Progress } from '../../../shared/runs/runEvent.ts'
import { readJsonFile } from '../machine/jsonFiles.ts'
import { openModelFolder } from '../model/modelFolder.ts'
import { addModel, modelsFolder, type LibraryModel } from '../model/modelLibrary.ts'
import { fetchFiles } from './fetchFiles.ts'
import { HubClient, type HubClientSetup } from './hubClient.ts'
import { readHubRepo, type HubFile } from './hubRepo.ts'
import { chooseModelFiles } from './modelFiles.ts'
import { inPartFolder, moveFiles, removeParts } from './partFolder.ts'
import { pullPlan, requireDiskRoom, type PullPart, type PullPlan } from './pullPlan.ts'
import { fullName, repoNameOf, shortNames } from './repoName.ts'

/**
 * What fetching a model of the hub would bring.
 *
 * @param text `owner/name`, `owner/name@revision` or a short name
 * @throws RecheckError `hub.*`
 */
export async function planModel(
  text: string,
  setup: HubClientSetup,
  models = modelsFolder(),
): Promise<PullPlan> {
  const full = Object.hasOwn(shortNames, text) ? shortNames[text] : undefined
  const repo = repoNameOf(full ?? text, 'model')
  const hub = await readHubRepo(new HubClient(setup), repo)
  const { small, weights } = chooseModelFiles(hub)
  return pullPlan({ kind: 'model', name: full === undefined ? fullName(repo) : text, library: models }, [
    { hub, files: [...small, ...weights] },
  ])
}

/**
 * Fetches a model into the library. Its config is read before its weights are fetched, so that nothing large
 * comes that could not be used; its files have their checksums and fit each other before the library has it.
 *
 * @throws RecheckError `hub.*`, `config.*`, `checkpoint.*`, `model.exists`, `file.*` of the disk
 */
export async function pullModel(
  plan: PullPlan,
  setup: HubClientSetup & { readonly report: (progress: Progress) => void },
  models = modelsFolder(),
): Promise<LibraryModel> {
  await requireDiskRoom(models, plan)
  const [part] = plan.parts
  if (part === undefined) throw new RangeError('pullModel: a plan without files')
  const { hub, folder, files } = part
  const model = await inPartFolder(folder, hub.repo, async () => {
    const small = chooseModelFiles(hub).small
    await fetchPart(part, small, setup)
    await orNothing(folder, () => readConfig(folder))
    await fetchPart(part, files, setup)
    await orNothing(folder, () => openModelFolder(folder))
    return addModel(plan.name, (target) => fill(part, target), models)
  })
  await removeParts(models, hub.repo.name)
  return model
}

function fetchPart(
  { hub, folder }: PullPart,
  files: readonly HubFile[],
  { report, ...client }: HubClientSetup & { readonly report: (progress: Progress) => void },
): Promise<void> {
  return fetchFiles({ source: { repo: hub.repo, commit: hub.commit }, files, folder, client, report })
}

async function readConfig(folder: string): Promise<void> {
  const path = join(folder, 'config.json')
  const json = await readJsonFile(path)
  const generation = await readJsonFile(join(folder, 'generation_config.json'))
  readModelConfig(json ?? {}, generation ?? undefined, path)
}

/** A model that cannot be used is not kept: fetching it again would bring the same. */
async function orNothing<T>(folder: string, check: () => Promise<T>): Promise<T> {
  try {
    return await check()
  } catch (thrown) {
    await rm(folder, { recursive: true, force: true })
    throw thrown
  }
}

async function fill({ hub, folder, files }: PullPart, target: string) {
  await moveFiles(
    folder,
    target,
    files.map(({ path }) => path),
  )
  return {
    source: hub.page,
    revision: hub.commit,
    licence: hub.licence,
    sha256: null,
    importedAt: new Date().toISOString(),
  }
}
