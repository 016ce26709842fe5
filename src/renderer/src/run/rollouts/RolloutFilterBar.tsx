import { ActionIcon, Button, Group, Select, Slider, Switch, Text, TextInput, Tooltip } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { IconSortAscending, IconSortDescending } from '@tabler/icons-react'
import { useState, type JSX } from 'react'
import type { Run } from '../../../../shared/runs/records.ts'
import { formatCount } from '../../../../shared/text/format.ts'
import { ExportRollouts } from './ExportRollouts.tsx'
import { FurtherFilters } from './FurtherFilters.tsx'
import { allRollouts, isWhole, type RolloutFilter } from './rolloutFilter.ts'
import { orderChoices, outcomeChoices } from './rolloutLabels.ts'

export interface RolloutFilterBarProps {
  readonly run: Run
  readonly filter: RolloutFilter
  /** Null until the rollouts of this filter are read. */
  readonly total: number | null
  readonly onChange: (part: Partial<RolloutFilter>) => void
}

/** What may be chosen among the rollouts of a run, and how many are left. */
export function RolloutFilterBar({ run, filter, total, onChange }: RolloutFilterBarProps): JSX.Element {
  return (
    <Group gap="sm">
      <SearchField text={filter.text} onChange={(text) => onChange({ text })} />
      <Select
        aria-label="Outcome"
        data={[...outcomeChoices]}
        value={filter.outcome}
        allowDeselect={false}
        w={170}
        onChange={(outcome) => onChange({ outcome: (outcome ?? 'all') as RolloutFilter['outcome'] })}
      />
      <FurtherFilters run={run} filter={filter} onChange={onChange} />
      <OrderFields filter={filter} onChange={onChange} />
      <StepFields lastStep={run.step} step={filter.step} onChange={(step) => onChange({ step })} />
      {filter.problemId !== null && (
        <Button variant="default" onClick={() => onChange({ problemId: null })}>
          Problem {filter.problemId}: show all problems
        </Button>
      )}
      {!isWhole(filter) && (
        <Button variant="subtle" onClick={() => onChange(allRollouts)}>
          Show all
        </Button>
      )}
      <ExportRollouts run={run} filter={filter} total={total} />
      <Text fz={12} className="muted tabular" role="status">
        {total === null
          ? 'Searching…'
          : `${formatCount(total)} rollouts · j and k for the next and the one before`}
      </Text>
    </Group>
  )
}

const typedMs = 300

/** What is typed is looked for once it pauses. */
function SearchField({
  text,
  onChange,
}: {
  readonly text: string
  readonly onChange: (text: string) => void
}): JSX.Element {
  const [field, setField] = useState({ typed: text, asked: text })
  // another one came from elsewhere: a link, “Show all”
  if (text !== field.asked) setField({ typed: text, asked: text })
  const ask = useDebouncedCallback((asked: string) => {
    setField({ typed: asked, asked })
    onChange(asked)
  }, typedMs)
  return (
    <TextInput
      aria-label="Search in rollouts"
      placeholder="Search in texts"
      w={190}
      maxLength={200}
      value={field.typed}
      onChange={(event) => {
        setField({ typed: event.currentTarget.value, asked: field.asked })
        ask(event.currentTarget.value)
      }}
    />
  )
}

function OrderFields({ filter, onChange }: Pick<RolloutFilterBarProps, 'filter' | 'onChange'>): JSX.Element {
  const { sort, descending } = filter
  const Arrow = descending ? IconSortDescending : IconSortAscending
  const other = descending ? 'ascending' : 'descending'
  return (
    <Group gap={4} wrap="nowrap">
      <Select
        aria-label="Order"
        data={[...orderChoices]}
        value={sort}
        allowDeselect={false}
        w={170}
        onChange={(chosen) => onChange({ sort: (chosen ?? 'made') as RolloutFilter['sort'] })}
      />
      <Tooltip label={`Sort in ${other} order`}>
        <ActionIcon
          variant="default"
          size={30}
          aria-label={`Sort in ${other} order`}
          onClick={() => onChange({ descending: !descending })}
        >
          <Arrow size={15} />
        </ActionIcon>
      </Tooltip>
    </Group>
  )
}

interface StepFieldsProps {
  /** Number of the last step or evaluation that was reported; the last evaluation follows the last step. */
  readonly lastStep: number
  readonly step: number | null
  readonly onChange: (step: number | null) => void
}

function StepFields({ lastStep, step, onChange }: StepFieldsProps): JSX.Element {
  return (
    <Group gap="sm" wrap="nowrap">
      <Switch
        label="One step:"
        checked={step !== null}
        onChange={(event) => onChange(event.currentTarget.checked ? lastStep : null)}
      />
      <Slider
        thumbLabel="Step"
        w={150}
        size="sm"
        min={0}
        max={Math.max(1, lastStep)}
        disabled={step === null || lastStep === 0}
        value={step ?? lastStep}
        onChange={(next) => onChange(next)}
      />
      <Text fz={12} className="tabular" w={64}>
        {step === null ? 'all steps' : `step ${formatCount(step)}`}
      </Text>
    </Group>
  )
}
