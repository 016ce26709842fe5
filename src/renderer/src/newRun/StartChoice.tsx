import { Button, Select, Text, Title } from '@mantine/core'
import { useState, type JSX } from 'react'
import { presets } from '../../../shared/config/presets.ts'
import { useApi } from '../data/apiContext.ts'
import { useRouteQuery } from '../data/useRoute.ts'
import type { ConfigDraft } from './form/draft.ts'
import { presetStart, runStart, type FormStart } from './formStart.ts'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import { InlineCode } from '../widgets/InlineCode.tsx'

export interface StartChoiceProps {
  readonly from: FormStart
  readonly draft: ConfigDraft
  /** Fields in which the draft differs from where it began. */
  readonly changes: number
  /** Where a new form would begin, when this one was kept from before; else null. */
  readonly fresh: FormStart | null
  readonly onStart: (from: FormStart, draft: ConfigDraft) => void
}

/** What another choice took out of the form, to put it back. */
interface TakenOut {
  readonly from: FormStart
  readonly draft: ConfigDraft
  readonly changes: number
}

/** Where the form begins: a preset, or another run's config. Changes made by hand can be put back. */
export function StartChoice({ from, draft, changes, fresh, onStart }: StartChoiceProps): JSX.Element {
  const [isKept, setKept] = useState(fresh !== null)
  const [takenOut, setTakenOut] = useState<TakenOut | null>(null)
  const begin = (next: FormStart): void => {
    setTakenOut(changes > 0 ? { from, draft, changes } : null)
    setKept(false)
    onStart(next, next.draft)
  }
  const putBack = (): void => {
    if (takenOut !== null) onStart(takenOut.from, takenOut.draft)
    setTakenOut(null)
  }
  const preset = presets.find(({ name }) => name === from.preset)
  return (
    <div>
      <div className="form-tools">
        <Title order={1} fz={17} style={{ flex: 1, whiteSpace: 'nowrap' }}>
          New run
        </Title>
        <PresetSelect value={from.preset} onStart={begin} />
        <LikeSelect value={from.likeRunId} onStart={begin} />
      </div>
      {preset !== undefined && (
        <Text className="muted" fz={12} mt={4}>
          {preset.name}: <InlineCode text={preset.description} />.
        </Text>
      )}
      {isKept && fresh !== null && (
        <div className="form-tools" role="status">
          <Text fz={12}>What you were setting up here is still here.</Text>
          <Button size="compact-xs" variant="default" onClick={() => begin(fresh)}>
            Begin anew
          </Button>
        </div>
      )}
      {takenOut !== null && (
        <div className="form-tools" role="status">
          <Text fz={12}>
            {takenOut.changes === 1 ? 'One change was' : `${takenOut.changes} changes were`} taken out.
          </Text>
          <Button size="compact-xs" variant="default" onClick={putBack}>
            Put back
          </Button>
        </div>
      )}
    </div>
  )
}

interface StartSelectProps {
  readonly value: string | null
  readonly onStart: (start: FormStart) => void
}

function PresetSelect({ value, onStart }: StartSelectProps): JSX.Element {
  return (
    <Select
      aria-label="Preset"
      placeholder="Begin with a preset"
      data={presets.map(({ name }) => name)}
      value={value}
      w={180}
      comboboxProps={{ width: 380, position: 'bottom-end' }}
      renderOption={({ option }) => (
        <div>
          <div>{option.value}</div>
          <div className="muted fine-print">
            {presets.find(({ name }) => name === option.value)?.description}
          </div>
        </div>
      )}
      onChange={(name) => {
        if (name !== null) onStart(presetStart(name))
      }}
    />
  )
}

function LikeSelect({ value, onStart }: StartSelectProps): JSX.Element {
  const api = useApi()
  const runs = useRouteQuery('run.list', { archived: false }).data ?? []
  const [problem, setProblem] = useState<unknown>(null)
  const begin = async (runId: string): Promise<void> =>
    onStart(runStart(await api.request('run.get', { runId })))
  return (
    <div>
      <Select
        aria-label="Like run"
        placeholder="or like a run"
        searchable
        limit={100}
        data={runs.map((run) => ({ value: run.runId, label: run.name }))}
        value={value}
        w={180}
        comboboxProps={{ width: 340, position: 'bottom-end' }}
        onChange={(runId) => {
          setProblem(null)
          if (runId !== null) void begin(runId).catch(setProblem)
        }}
      />
      <ProblemNote problem={problem} />
    </div>
  )
}
