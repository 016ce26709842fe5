import { NumberInput, Stack, Text } from '@mantine/core'
import type { JSX } from 'react'
import { EngineControl } from '../widgets/engine/EngineControl.tsx'
import type { TrialPlace } from './useTrialPlace.ts'

/** Where the trials run: here one after the other, or on a cluster side by side. */
export function EngineChoice({ where }: { readonly where: TrialPlace }): JSX.Element {
  const { draft, choose, parallel, setParallel } = where
  return (
    <Stack gap={8}>
      <Text fz={14} fw={500}>
        Where its trials run
      </Text>
      <EngineControl draft={draft} onChange={choose} what="trial" />
      {draft.engine === 'here' ? (
        <Text fz={12} className="muted">
          One after the other.
        </Text>
      ) : (
        <NumberInput
          label="Trials at a time"
          description="Empty: all are handed over at once and the cluster queues them; a budget is looked at before each one is handed over."
          size="xs"
          min={1}
          max={1000}
          allowDecimal={false}
          value={parallel ?? ''}
          onChange={(value) => setParallel(typeof value === 'number' && value >= 1 ? value : null)}
        />
      )}
    </Stack>
  )
}
