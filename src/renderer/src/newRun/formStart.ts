import type { ConfigLayer } from '../../../shared/config/layers.ts'
import { presets } from '../../../shared/config/presets.ts'
import type { Run } from '../../../shared/runs/records.ts'
import { draftOf, formValues, isGroup, type ConfigDraft } from './form/draft.ts'
import { configOf } from '../widgets/run/runConfig.ts'
import { startKinds, type StartKind } from './startKind.ts'

/** Where a form begins: a preset, or another run's config. */
export interface FormStart {
  readonly name: string
  readonly preset: string | null
  readonly likeRunId: string | null
  readonly draft: ConfigDraft
}

/** A form as far as it was filled in, to come back to. */
export interface KeptForm {
  readonly from: FormStart
  readonly draft: ConfigDraft
  readonly kind: StartKind
}

/** What was kept, whole or not at all; fields of another version stay in the draft and are reported there. */
export function parseKeptForm(stored: unknown): KeptForm | null {
  const { from, draft, kind } = asGroup(stored)
  const start = asGroup(from)
  const name = asText(start.name)
  const known = startKinds.find(({ value }) => value === kind)
  if (name === null || known === undefined || !isGroup(draft) || !isGroup(start.draft)) return null
  return {
    from: { name, preset: asText(start.preset), likeRunId: asText(start.likeRunId), draft: start.draft },
    draft,
    kind: known.value,
  }
}

function asGroup(value: unknown): ConfigLayer {
  return isGroup(value) ? value : {}
}

function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

export function presetStart(name: string): FormStart {
  const preset = presets.find((each) => each.name === name)
  return {
    name: `preset ${name}`,
    preset: name,
    likeRunId: null,
    draft: draftOf(formValues(preset?.config ?? {})),
  }
}

/**
 * A run's own config without its name: two runs of one name are hard to tell apart.
 *
 * @param conversations  a file that its warm-up is to imitate; left out = as the config says
 */
export function runStart(run: Run, conversations?: string): FormStart {
  const { name: _name, ...own } = configOf(run) as ConfigLayer
  const config =
    conversations === undefined
      ? own
      : { ...own, warmUp: { ...asGroup(own['warmUp']), source: { path: conversations } } }
  return { name: run.name, preset: null, likeRunId: run.runId, draft: draftOf(formValues(config)) }
}
