import { join } from 'node:path'
import type { Progress } from '../../../shared/runs/runEvent.ts'
import { datasetsFolder } from '../datasets/datasetsFolder.ts'
import { findDatasetFiles } from '../datasets/folder.ts'
import { chooseDataFiles, namedData, namedFiles } from './dataFiles.ts'
import { addData, type DataSource, type LibraryData } from './dataLibrary.ts'
import { fetchFiles } from './fetchFiles.ts'
import { HubClient, type HubClientSetup } from './hubClient.ts'
import { readHubRepo } from './hubRepo.ts'
import { inPartFolder, moveFiles, removeParts } from './partFolder.ts'
import { pullPlan, requireDiskRoom, type PartChoice, type PullPart, type PullPlan } from './pullPlan.ts'
import { fullName, repoNameOf } from './repoName.ts'

export interface DataChoice {
  /** `math`, `gsm8k`, `owner/name` or `owner/name@revision`. */
  readonly name: string
  /** Of a data set with several; null = it has one. */
  readonly subset: string | null
}

/**
 * What fetching a data set of the hub would bring.
 *
 * @throws RecheckError `hub.*`
 */
export async function planData(
  { name, subset }: DataChoice,
  setup: HubClientSetup,
  datasets = datasetsFolder(),
): Promise<PullPlan> {
  const client = new HubClient(setup)
  if (name === 'math' || name === 'gsm8k') {
    const choices: PartChoice[] = []
    for (const named of namedData[name]) {
      const hub = await readHubRepo(client, repoNameOf(named.repo, 'dataset'))
      choices.push({ hub, files: namedFiles(hub, named), into: named.into })
    }
    return pullPlan({ kind: 'dataset', name, library: datasets }, choices)
  }
  const repo = repoNameOf(name, 'dataset')
  const hub = await readHubRepo(client, repo)
  const files = chooseDataFiles(hub, subset)
  return pullPlan({ kind: 'dataset', name: fullName(repo), library: datasets }, [{ hub, files }])
}

/**
 * Fetches a data set into the folder of data sets.
 *
 * @throws RecheckError `hub.*`, `data.exists`, `file.*` of the disk
 */
export async function pullData(
  plan: PullPlan,
  { report, ...client }: HubClientSetup & { readonly report: (progress: Progress) => void },
  datasets = datasetsFolder(),
): Promise<LibraryData> {
  await requireDiskRoom(datasets, plan)
  const fetchFrom = async (left: readonly PullPart[]): Promise<LibraryData> => {
    const [part, ...others] = left
    if (part === undefined) return addData(plan.name, (target) => fill(plan, target), datasets)
    const { hub, folder, files } = part
    return inPartFolder(folder, hub.repo, async () => {
      await fetchFiles({ source: { repo: hub.repo, commit: hub.commit }, files, folder, client, report })
      return fetchFrom(others)
    })
  }
  const data = await fetchFrom(plan.parts)
  for (const { hub } of plan.parts) await removeParts(datasets, hub.repo.name)
  return data
}

async function fill(plan: PullPlan, target: string): Promise<Omit<DataSource, 'bytes'>> {
  for (const { folder, files, into } of plan.parts) {
    await moveFiles(
      folder,
      join(target, into),
      files.map(({ path }) => path),
    )
  }
  await findDatasetFiles(target)
  return {
    source: plan.parts.map(({ hub }) => hub.page).join(' and '),
    revision: plan.parts.map(({ hub }) => hub.commit).join(' and '),
    licence: plan.licence,
    importedAt: new Date().toISOString(),
  }
}
