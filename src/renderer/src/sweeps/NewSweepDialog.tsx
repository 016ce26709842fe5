import { Button, Group, Modal, Stack, Text, Textarea } from '@mantine/core'
import { useState, type JSX } from 'react'
import type { ConfigLayer } from '../../../shared/config/layers.ts'
import type { CheckedSweep } from '../../../shared/routes/sweeps.ts'
import { parseYaml } from '../../../shared/text/yamlText.ts'
import { answerTo, useRouteMutation } from '../data/useRoute.ts'
import { goTo } from '../data/useRouteTarget.ts'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import { EngineChoice } from './EngineChoice.tsx'
import { useTrialPlace } from './useTrialPlace.ts'

const example = `name: rate and bonus # also the group of its runs
preset: builtin
config: # what all trials share
  steps: 40
grid: # every combination; or random, or points
  optimizer.learningRate: [5.0e-5, 1.0e-4]
  revisionBonus: [0, 1]
seeds: [0, 1, 2]
metric: accuracy/final # of the validation split
budget: { runs: 12 } # no trial begins beyond it
`

/** A sweep as YAML, the same text that `recheck sweep --config` takes. */
export function NewSweepDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const [text, setText] = useState(example)
  const where = useTrialPlace()
  const check = useRouteMutation('sweep.check')
  const start = useRouteMutation('sweep.start')
  const read = readText(text)
  const input = 'spec' in read ? { spec: read.spec } : { spec: {} }
  const checked = answerTo(check, input)
  const asked = { ...input, kind: 'sweep', place: where.place, parallel: where.parallel } as const
  const begin = (): void => start.mutate(asked, { onSuccess: ({ name }) => goTo({ page: 'sweeps', name }) })
  return (
    <Modal opened onClose={onClose} title="New sweep" size="xl" closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack gap="sm">
        <Textarea
          label="The sweep as YAML"
          description="grid, random or points; the same text as a file for recheck sweep --config (docs/sweeps.md)"
          value={text}
          autosize
          minRows={10}
          maxRows={24}
          classNames={{ input: 'mono' }}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <EngineChoice where={where} />
        {'problem' in read && (
          <Text c="red" fz={12} role="alert">
            Not read: {read.problem}
          </Text>
        )}
        <Found checked={checked.data} />
        <ProblemNote problem={checked.error ?? answerTo(start, asked).error} />
        <Group justify="flex-end" gap="xs">
          <Button
            variant="default"
            disabled={'problem' in read}
            loading={check.isPending}
            onClick={() => check.mutate(input)}
          >
            Check
          </Button>
          <Button
            disabled={'problem' in read || where.problem !== null}
            loading={start.isPending}
            onClick={begin}
          >
            Start the sweep
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

function Found({ checked }: { readonly checked: CheckedSweep | undefined }): JSX.Element | null {
  if (checked === undefined) return null
  const { points, seeds, trials } = checked
  const more = points.length > 8 ? ` and ${points.length - 8} more` : ''
  return (
    <Text fz={12} role="status">
      {`${trials} trials: ${points.length} points × ${seeds} seeds. Points: ${points.slice(0, 8).join('; ')}${more}.`}
    </Text>
  )
}

type Read = { readonly spec: ConfigLayer } | { readonly problem: string }

function readText(text: string): Read {
  try {
    const value = parseYaml(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { spec: value as ConfigLayer }
    return { problem: 'expected fields such as name and grid' }
  } catch (thrown) {
    return { problem: thrown instanceof Error ? thrown.message : String(thrown) }
  }
}
