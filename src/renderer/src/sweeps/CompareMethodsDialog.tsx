import { Button, Checkbox, Group, Modal, NumberInput, Select, SimpleGrid, Stack, Text } from '@mantine/core'
import { useState, type JSX } from 'react'
import { comparedMethods } from '../../../shared/config/methods.ts'
import { presets } from '../../../shared/config/presets.ts'
import { errorData } from '../../../shared/errors/recheckError.ts'
import { methodSweep } from '../../../shared/sweep/methodSweep.ts'
import type { SweepSpec } from '../../../shared/sweep/sweepSpec.ts'
import { formatCount } from '../../../shared/text/format.ts'
import { useRouteMutation } from '../data/useRoute.ts'
import { goTo } from '../data/useRouteTarget.ts'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import { EngineChoice } from './EngineChoice.tsx'
import { useTrialPlace } from './useTrialPlace.ts'

const methodNames = comparedMethods.map(({ name }) => name)
/** Those that are settings of a method themselves share nothing with others. */
const sharedPresets = presets.map(({ name }) => name).filter((name) => !methodNames.includes(name))

const firstMethods = ['a-star-po-pag', 'a-star-po-single', 'grpo-4']

/** Training methods at equal generated tokens, over seeds: what `recheck compare-methods` runs. */
export function CompareMethodsDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const [preset, setPreset] = useState('builtin')
  const [methods, setMethods] = useState<readonly string[]>(firstMethods)
  const [seeds, setSeeds] = useState<Amount>(5)
  const [tokens, setTokens] = useState<Amount>(2_000_000)
  const where = useTrialPlace()
  const start = useRouteMutation('sweep.start')
  // in the order of the table, whose first is what the others are compared with
  const chosen = methodNames.filter((name) => methods.includes(name))
  const planned = plannedSweep({ preset, methods: chosen, seeds: Number(seeds), tokens: Number(tokens) })
  const begin = (spec: SweepSpec): void =>
    start.mutate(
      { kind: 'methods', spec, place: where.place, parallel: where.parallel },
      { onSuccess: ({ name }) => goTo({ page: 'sweeps', name }) },
    )
  return (
    <Modal
      opened
      onClose={onClose}
      title="Compare methods"
      size="lg"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="sm">
        <Select
          label="What all methods share"
          description="A preset: model, data, template and optimizer"
          data={sharedPresets}
          value={preset}
          allowDeselect={false}
          onChange={(name) => setPreset(name ?? preset)}
        />
        <MethodChoice methods={methods} onMethods={setMethods} />
        <Amounts seeds={seeds} onSeeds={setSeeds} tokens={tokens} onTokens={setTokens} />
        <EngineChoice where={where} />
        <ProblemNote problem={'problem' in planned ? planned.problem : start.error} />
        {'spec' in planned && (
          <Text fz={12} className="muted">
            {`${formatCount(chosen.length * Number(seeds))} runs in the group “${planned.spec.name}”, compared with ${comparedMethods.find(({ name }) => name === chosen[0])?.label ?? ''}. A report as a file: recheck compare-methods --report-only --out.`}
          </Text>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            disabled={!('spec' in planned) || where.problem !== null}
            loading={start.isPending}
            onClick={() => 'spec' in planned && begin(planned.spec)}
          >
            Start the comparison
          </Button>
        </Group>
      </Stack>
    </Modal>
  )
}

type Amount = number | string

interface AmountsProps {
  readonly seeds: Amount
  readonly onSeeds: (seeds: Amount) => void
  readonly tokens: Amount
  readonly onTokens: (tokens: Amount) => void
}

function Amounts({ seeds, onSeeds, tokens, onTokens }: AmountsProps): JSX.Element {
  return (
    <Group grow>
      <NumberInput label="Seeds" min={1} max={100} value={seeds} onChange={onSeeds} />
      <NumberInput
        label="Generated tokens of a run"
        description="In both stages"
        min={1}
        max={1_000_000_000}
        step={100_000}
        thousandSeparator=","
        value={tokens}
        onChange={onTokens}
      />
    </Group>
  )
}

function MethodChoice({
  methods,
  onMethods,
}: {
  readonly methods: readonly string[]
  readonly onMethods: (methods: readonly string[]) => void
}): JSX.Element {
  return (
    <Checkbox.Group label="Methods" value={[...methods]} onChange={onMethods}>
      <SimpleGrid cols={2} spacing={6} mt={6}>
        {comparedMethods.map(({ name, label, description }) => (
          <Checkbox key={name} value={name} label={label} description={description} />
        ))}
      </SimpleGrid>
    </Checkbox.Group>
  )
}

/** The sweep that is asked for, or why there is none. */
function plannedSweep(asked: {
  readonly preset: string
  readonly methods: readonly string[]
  readonly seeds: number
  readonly tokens: number
}): { readonly spec: SweepSpec } | { readonly problem: unknown } {
  try {
    return { spec: methodSweep({ ...asked, settings: [], name: null }, 'the comparison') }
  } catch (thrown) {
    return { problem: errorData(thrown) }
  }
}
