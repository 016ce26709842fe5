import type { Progress } from '../../../shared/runs/runEvent.ts'
import type { FetchPlan, Wanted } from '../../../shared/routes/fetching.ts'
import { findData } from '../../host/hub/dataLibrary.ts'
import type { HubClientSetup } from '../../host/hub/hubClient.ts'
import { hubSettings } from '../../host/hub/hubSettings.ts'
import { planData, pullData } from '../../host/hub/pullData.ts'
import { planModel, pullModel } from '../../host/hub/pullModel.ts'
import type { PullPlan } from '../../host/hub/pullPlan.ts'
import { importGguf } from '../../host/model/gguf/importGguf.ts'
import { findModel } from '../../host/model/modelLibrary.ts'

/** Ends with its process, which whoever waits ends. */
const neverAborted = new AbortController().signal

function hub(): HubClientSetup {
  return { settings: hubSettings(), signal: neverAborted }
}

/** What fetching would bring, by the hub's lists of files. @throws RecheckError `hub.*` */
export async function planFetch(wanted: Wanted): Promise<FetchPlan> {
  const plan = await planOf(wanted)
  const { name, files, bytes, missingBytes, licence, parts } = plan
  const isThere = (wanted.kind === 'model' ? findModel(name) : findData(name)) !== null
  return { name, files, bytes, missingBytes, licence, isThere, pages: parts.map((part) => part.hub.page) }
}

/** @throws RecheckError `hub.*`, `model.exists`, `data.exists`, `config.*`, `checkpoint.*`, `file.*` */
export async function fetchIntoLibrary(wanted: Wanted, report: (progress: Progress) => void): Promise<null> {
  const plan = await planOf(wanted)
  if (wanted.kind === 'model') await pullModel(plan, { ...hub(), report })
  else await pullData(plan, { ...hub(), report })
  return null
}

function planOf(wanted: Wanted): Promise<PullPlan> {
  return wanted.kind === 'model' ? planModel(wanted.name, hub()) : planData(wanted, hub())
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
