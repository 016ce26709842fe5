import { configFields, valueAtPath, vStarConfigInputs } from '../../../shared/config/fields.ts'
import type { RunConfig } from '../../../shared/config/parseConfig.ts'
import type { ListedVStar } from '../../../shared/runs/records.ts'
import type { PlanCheck } from '../../../shared/routes/plan.ts'
import { formatCount, formatTime, formatValue, missing } from '../../../shared/text/format.ts'

/** A V* estimate that a run may train against, or the reason why it may not. */
export interface ArtifactChoice {
  readonly vStarId: string
  /** Of the run that made it. */
  readonly name: string
  readonly facts: readonly string[]
  /** What it was made from otherwise than this run needs it; empty where it fits. */
  readonly differing: readonly string[]
}

export interface ArtifactSetting {
  /** Newest first, as the store lists them, whatever the clock said when they were made. */
  readonly artifacts: readonly ListedVStar[]
  readonly config: RunConfig
  /** What the machine found; before it has answered only the config's own parts are compared. */
  readonly check: PlanCheck | null
}

/** Complete V* estimates: those that fit first, then the newest. */
export function artifactChoices(setting: ArtifactSetting): readonly ArtifactChoice[] {
  const wanted = setting.check?.inputs ?? vStarConfigInputs(setting.config)
  const choices = setting.artifacts
    .filter((artifact) => artifact.complete)
    .map((artifact) => ({
      vStarId: artifact.vStarId,
      name: artifact.runName ?? artifact.runId,
      facts: factsOf(artifact),
      differing: differingParts(artifact, wanted),
    }))
  const [fitting, others] = [true, false].map((fits) =>
    choices.filter(({ differing }) => (differing.length === 0) === fits),
  )
  return [...(fitting ?? []), ...(others ?? [])]
}

function factsOf({ inputs, beta, problems, createdAtMs }: ListedVStar): string[] {
  const part = (path: string): string => (inputs[path] === undefined ? missing : readable(inputs[path]))
  return [
    `model ${part('model.path')}`,
    `template ${part('template')}`,
    `grader ${part('grader')}`,
    `seed ${part('seed')}`,
    `N ${part('vStar.samples')}`,
    `β₁ ${beta === null ? missing : formatValue(beta)}`,
    `${formatCount(problems)} problems`,
    formatTime(createdAtMs),
  ]
}

/** Parts that only a hash stands for, in words. */
const hashedParts: Readonly<Record<string, string>> = {
  'hash of the template': 'the wording of the template',
  'hash of the reference': 'the reference model’s files',
  'hash of the problems': 'the training problems',
  'version of the rewards': 'the reward rules',
}

/**
 * Fields that differ, each with both values; only where none does, the hashed parts: they follow from the
 * fields.
 */
function differingParts({ inputs }: ListedVStar, wanted: Readonly<Record<string, string>>): string[] {
  const names = Object.keys(wanted).filter((name) => inputs[name] !== wanted[name])
  const fields = names.flatMap((name) => {
    const field = configFields.find(({ path }) => path === name)
    if (field === undefined) return []
    return [`${field.label}: ${readable(inputs[name])} there, ${readable(wanted[name])} here`]
  })
  return fields.length > 0 ? fields : names.map((name) => hashedParts[name] ?? name)
}

/** A part is canonical JSON. */
function readable(json: string | undefined): string {
  if (json === undefined) return 'unknown'
  const value = JSON.parse(json) as unknown
  const path = valueAtPath(value, 'path')
  return typeof path === 'string' ? path : value === null ? 'not set' : formatValue(value)
}
