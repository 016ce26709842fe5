import { Button, Group, NumberInput, Popover, Select, Stack } from '@mantine/core'
import type { JSX } from 'react'
import type { Run } from '../../../../shared/runs/records.ts'
import { useRouteQuery } from '../../data/useRoute.ts'
import { furtherCount, type RolloutFilter } from './rolloutFilter.ts'
import { turnLabels } from './rolloutLabels.ts'

export interface FurtherFiltersProps {
  readonly run: Run
  readonly filter: RolloutFilter
  readonly onChange: (part: Partial<RolloutFilter>) => void
}

const verdicts = [
  { value: 'correct', label: '“correct”' },
  { value: 'wrong', label: '“wrong”' },
  { value: 'unparsed', label: 'Unparsed' },
  { value: 'none', label: 'None was asked for' },
] as const

const lengths = [
  { value: 'true', label: 'Cut at the token limit' },
  { value: 'false', label: 'Whole' },
] as const

const turns = Object.entries(turnLabels).map(([value, label]) => ({ value, label }))

/** Filters that are needed less often, behind a button that says how many are set. */
export function FurtherFilters(props: FurtherFiltersProps): JSX.Element {
  const count = furtherCount(props.filter)
  return (
    <Popover position="bottom-start" width={340} trapFocus withinPortal>
      <Popover.Target>
        <Button variant="default">{count === 0 ? 'More filters' : `More filters (${count})`}</Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Fields {...props} />
      </Popover.Dropdown>
    </Popover>
  )
}

function Fields({ run, filter, onChange }: FurtherFiltersProps): JSX.Element {
  const { data } = useRouteQuery('rollouts.choices', { runId: run.runId })
  const splits = (data?.splits ?? []).map((split) => ({ value: split, label: split }))
  const subjects = data?.subjects ?? []
  return (
    <Stack gap="xs">
      <Choice label="Split" data={splits} value={filter.split} onChange={(split) => onChange({ split })} />
      <Choice
        label="Verdict"
        data={verdicts}
        value={filter.verdict}
        onChange={(verdict) => onChange({ verdict })}
      />
      <Choice
        label="Length"
        data={lengths}
        value={filter.truncated === null ? null : filter.truncated ? 'true' : 'false'}
        onChange={(cut) => onChange({ truncated: cut === null ? null : cut === 'true' })}
      />
      {subjects.length > 0 && (
        <Choice
          label="Subject"
          data={subjects.map((subject) => ({ value: subject, label: subject }))}
          value={filter.subject}
          onChange={(subject) => onChange({ subject })}
        />
      )}
      <Choice
        label="Turn"
        description="Reward, text and order are those of this turn; else of all turns together."
        data={turns as readonly { value: 'attempt' | 'verdict' | 'revision'; label: string }[]}
        value={filter.turn}
        onChange={(turn) => onChange({ turn })}
      />
      <Group grow>
        <Bound
          label="Reward from"
          value={filter.minReward}
          onChange={(minReward) => onChange({ minReward })}
        />
        <Bound label="to" value={filter.maxReward} onChange={(maxReward) => onChange({ maxReward })} />
      </Group>
    </Stack>
  )
}

interface ChoiceProps<Value extends string> {
  readonly label: string
  readonly description?: string
  readonly data: readonly { readonly value: Value; readonly label: string }[]
  readonly value: Value | null
  readonly onChange: (value: Value | null) => void
}

function Choice<Value extends string>({ data, onChange, ...rest }: ChoiceProps<Value>): JSX.Element {
  return (
    <Select
      {...rest}
      data={[...data]}
      placeholder="any"
      clearable
      comboboxProps={{ withinPortal: false }}
      onChange={(chosen) => onChange(data.find(({ value }) => value === chosen)?.value ?? null)}
    />
  )
}

interface BoundProps {
  readonly label: string
  readonly value: number | null
  readonly onChange: (value: number | null) => void
}

function Bound({ label, value, onChange }: BoundProps): JSX.Element {
  return (
    <NumberInput
      label={label}
      placeholder="any"
      step={0.5}
      value={value ?? ''}
      onChange={(typed) => onChange(typeof typed === 'number' ? typed : null)}
    />
  )
}
