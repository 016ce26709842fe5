import { Button, Select, Text, Title } from '@mantine/core'
import { useEffect, useEffectEvent, useState, type JSX } from 'react'
import { presets } from '../../../shared/config/presets.ts'
import type { Run } from '../../../shared/runs/records.ts'
import { useRouteQuery } from '../data/useRoute.ts'
import type { ConfigDraft } from './form/draft.ts'
import { presetStart, runStart, type FormStart } from './formStart.ts'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import { InlineCode } from '../widgets/InlineCode.tsx'
import styles from './StartChoice.module.css'

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
  const [wanted, setWanted] = useState<string | null>(null)
  const begin = (next: FormStart): void => {
    setWanted(null) // a run that is still being read is no longer asked for
    setTakenOut(changes > 0 ? { from, draft, changes } : null)
    setKept(false)
    onStart(next, next.draft)
  }
  const putBack = (): void => {
    setWanted(null)
    if (takenOut !== null) onStart(takenOut.from, takenOut.draft)
    setTakenOut(null)
  }
  const preset = presets.find(({ name }) => name === from.preset)
  return (
    <div>
      <div className="form-tools">
        <Title order={1} fz={17} className={styles.title}>
          New run
        </Title>
        <PresetSelect value={from.preset} onStart={begin} />
        <LikeSelect value={from.likeRunId} wanted={wanted} onWanted={setWanted} onStart={begin} />
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

interface LikeSelectProps extends StartSelectProps {
  /** The run that was chosen last, while it is read; null = none. */
  readonly wanted: string | null
  readonly onWanted: (runId: string | null) => void
}

function LikeSelect({ value, wanted, onWanted, onStart }: LikeSelectProps): JSX.Element {
  const runs = useRouteQuery('run.list', { archived: false }).data ?? []
  const read = useRouteQuery('run.get', { runId: wanted ?? '' }, { enabled: wanted !== null })
  // with the form as it is when the run has been read, not as it was when it was chosen
  const begin = useEffectEvent((run: Run) => onStart(runStart(run)))
  useEffect(() => {
    if (wanted !== null && read.isSuccess && !read.isFetching) begin(read.data)
  }, [wanted, read])
  return (
    <div>
      <Select
        aria-label="Like run"
        placeholder="or like a run"
        searchable
        limit={100}
        data={runs.map((run) => ({ value: run.runId, label: run.name }))}
        value={wanted ?? value}
        w={180}
        comboboxProps={{ width: 340, position: 'bottom-end' }}
        onChange={onWanted}
      />
      <ProblemNote problem={wanted === null ? null : read.error} />
    </div>
  )
}
