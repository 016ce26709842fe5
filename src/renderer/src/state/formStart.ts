import type { ConfigLayer } from '../../../shared/configLayers.ts'
import { presets } from '../../../shared/presets.ts'
import type { Run } from '../../../shared/records.ts'
import { draftOf, formValues, type ConfigDraft } from './configDraft.ts'
import { configOf } from './runConfig.ts'

/** Where a form begins: a preset, or another run's config. */
export interface FormStart {
  readonly name: string
  readonly preset: string | null
  readonly likeRunId: string | null
  readonly draft: ConfigDraft
}

export function presetStart(name: string): FormStart {
  const preset = presets.find((each) => each.name === name)
  return {
    ...{ name: `preset ${name}`, preset: name, likeRunId: null },
    draft: draftOf(formValues(preset?.config ?? {})),
  }
}

/** A run's own config without its name: two runs of one name are hard to tell apart. */
export function runStart(run: Run): FormStart {
  const { name: _name, ...config } = configOf(run) as ConfigLayer
  return { name: run.name, preset: null, likeRunId: run.runId, draft: draftOf(formValues(config)) }
}
