import type { LibraryData } from '../../host/hub/dataLibrary.ts'
import type { HubClientSetup } from '../../host/hub/hubClient.ts'
import { hubSettings } from '../../host/hub/hubSettings.ts'
import { planData, pullData, type DataChoice } from '../../host/hub/pullData.ts'
import { planModel, pullModel } from '../../host/hub/pullModel.ts'
import { pullText, type PullPlan } from '../../host/hub/pullPlan.ts'
import type { LibraryModel } from '../../host/model/modelLibrary.ts'
import type { CommandCall } from '../command.ts'

/** How a command speaks to the hub: Ctrl-C ends it, waits are said. */
export function hubOf(call: CommandCall): HubClientSetup {
  return { settings: hubSettings(), signal: call.signal, onWait: (line) => call.note(line) }
}

/** Fetches a model into the library, saying first what comes. @throws RecheckError `hub.*` */
export async function fetchModel(name: string, call: CommandCall): Promise<LibraryModel> {
  return bringModel(await planModel(name, hubOf(call)), call)
}

/** @throws RecheckError `hub.*` */
export async function fetchData(choice: DataChoice, call: CommandCall): Promise<LibraryData> {
  return bringData(await planData(choice, hubOf(call)), call)
}

export async function bringModel(plan: PullPlan, call: CommandCall): Promise<LibraryModel> {
  call.note(`${plan.name}: ${pullText(plan)}`)
  return pullModel(plan, { ...hubOf(call), report: (progress) => call.progress.update(progress) })
}

export async function bringData(plan: PullPlan, call: CommandCall): Promise<LibraryData> {
  call.note(`${plan.name}: ${pullText(plan)}`)
  return pullData(plan, { ...hubOf(call), report: (progress) => call.progress.update(progress) })
}
