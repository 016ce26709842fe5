import { Group, Select } from '@mantine/core'
import type { JSX } from 'react'
import { useRouteQuery } from '../data/useRoute.ts'
import { modelOfPolicy, policyOfRun, runOfPolicy, startStep, type PolicyName } from './policyName.ts'
import styles from './PolicyPicker.module.css'

export interface PolicyPickerProps {
  /** `First policy`, `Second policy`. */
  readonly label: string
  /** '' = none. */
  readonly value: PolicyName
  /** Whether there may be none. */
  readonly isOptional: boolean
  readonly onChange: (name: PolicyName) => void
}

/** Options drawn at once; the others are found by typing. */
const mostChoices = 60

/** A run and one of its checkpoints, or a model. */
export function PolicyPicker({ label, value, isOptional, onChange }: PolicyPickerProps): JSX.Element {
  const runs = useRouteQuery('run.list', { archived: false }).data ?? []
  const run = runOfPolicy(value)
  const trained = runs
    .filter(({ stage }) => stage !== 'estimate-v-star')
    .map(({ runId, name }) => ({ value: policyOfRun(runId, ''), label: name }))
  const library = useRouteQuery('models.list', {}).data ?? []
  const named = library.filter(({ isBuiltin, problem }) => !isBuiltin && problem === null)
  const models = [
    { value: 'model:builtin', label: 'The built-in model' },
    ...named.map(({ name }) => ({ value: `model:${name}`, label: name })),
  ]
  const chosen = run === null ? value : policyOfRun(run.runId, '')
  const model = modelOfPolicy(value)
  const all = [...trained, ...models]
  // an archived run, or a model that the address names
  const unlisted =
    chosen === '' || all.some((choice) => choice.value === chosen)
      ? []
      : [{ value: chosen, label: model ?? run?.runId ?? chosen }]
  return (
    <Group gap={6} wrap="nowrap" align="flex-end" className={styles.picker}>
      <Select
        label={label}
        placeholder={isOptional ? 'None: one policy alone' : 'Choose a run or a model'}
        searchable
        clearable={isOptional}
        limit={mostChoices}
        data={[
          { group: 'Runs', items: [...trained, ...unlisted] },
          { group: 'Models', items: models },
        ]}
        value={chosen === '' ? null : chosen}
        allowDeselect={false}
        onChange={(next) => onChange(next ?? '')}
        className={styles.run}
        nothingFoundMessage="No run or model of that name"
        clearButtonProps={{ 'aria-label': `No ${label.toLowerCase()}` }}
      />
      {run !== null && <StepPicker label={label} {...run} onChange={onChange} />}
    </Group>
  )
}

interface StepPickerProps {
  readonly label: string
  readonly runId: string
  readonly step: string
  readonly onChange: (name: PolicyName) => void
}

function StepPicker({ label, runId, step, onChange }: StepPickerProps): JSX.Element {
  const checkpoints = useRouteQuery('checkpoints.list', { runId }).data
  const steps = (checkpoints ?? []).map((each) => ({ value: String(each.step), label: `Step ${each.step}` }))
  const newest = steps[0]?.value ?? startStep
  return (
    <Select
      label="Checkpoint"
      aria-label={`Checkpoint of the ${label.toLowerCase()}`}
      data={[...steps, { value: startStep, label: 'Before training' }]}
      value={step === '' ? newest : step}
      allowDeselect={false}
      disabled={checkpoints === undefined}
      onChange={(next) => onChange(policyOfRun(runId, next ?? ''))}
      className={styles.step}
    />
  )
}
