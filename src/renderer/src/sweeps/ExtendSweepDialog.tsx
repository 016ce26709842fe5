import { Button, Group, Modal, NumberInput, Stack, Text } from '@mantine/core'
import { useState, type JSX } from 'react'
import type { SweepView } from '../../../shared/sweep/sweepView.ts'
import { useRouteMutation } from '../data/useRoute.ts'
import { ProblemNote } from '../widgets/ProblemNote.tsx'

type Amount = number | string

const units = [
  ['runs', 'Most runs'],
  ['tokens', 'Most generated tokens'],
  ['hours', 'Most hours of active time'],
] as const

/** More seeds, more random points, another budget: finished trials are never repeated. */
export function ExtendSweepDialog({
  sweep,
  onClose,
}: {
  readonly sweep: SweepView
  readonly onClose: () => void
}): JSX.Element {
  const { name, spec } = sweep
  const [seeds, setSeeds] = useState<Amount>(1)
  const [randomTrials, setRandomTrials] = useState<Amount>(0)
  const [budget, setBudget] = useState<Readonly<Record<string, Amount>>>({ ...spec?.budget })
  const extend = useRouteMutation('sweep.extend')
  const begin = (): void =>
    extend.mutate(
      {
        name,
        seeds: Number(seeds),
        randomTrials: Number(randomTrials),
        budget: Object.fromEntries(
          Object.entries(budget).flatMap(([unit, most]) => (most === '' ? [] : [[unit, Number(most)]])),
        ),
      },
      { onSuccess: onClose },
    )
  return (
    <Modal opened onClose={onClose} title={`Extend ${name}`} closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack gap="sm">
        <NumberInput
          label="Further seeds of every point"
          min={0}
          max={100}
          value={seeds}
          onChange={setSeeds}
        />
        {spec?.random !== undefined && (
          <NumberInput
            label="Further points, drawn at random"
            min={0}
            max={1000}
            value={randomTrials}
            onChange={setRandomTrials}
          />
        )}
        <BudgetFields budget={budget} onBudget={setBudget} />
        <ProblemNote problem={extend.error} />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button onClick={begin} loading={extend.isPending}>
            Extend and go on
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

interface BudgetFieldsProps {
  readonly budget: Readonly<Record<string, Amount>>
  readonly onBudget: (budget: Readonly<Record<string, Amount>>) => void
}

function BudgetFields({ budget, onBudget }: BudgetFieldsProps): JSX.Element {
  return (
    <>
      <Text fz={12} className="muted">
        No trial begins beyond these; left empty, there is no such limit.
      </Text>
      {units.map(([unit, label]) => (
        <NumberInput
          key={unit}
          label={label}
          min={0}
          value={budget[unit] ?? ''}
          onChange={(most) => onBudget({ ...budget, [unit]: most })}
        />
      ))}
    </>
  )
}
