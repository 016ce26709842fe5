import { Select, Title } from '@mantine/core'
import { useMemo, useState, type JSX } from 'react'
import { configFields } from '../../../shared/configFields.ts'
import type { ConfigLayer } from '../../../shared/configLayers.ts'
import { presets } from '../../../shared/presets.ts'
import type { Run } from '../../../shared/records.ts'
import { ConfigForm } from '../components/ConfigForm.tsx'
import { DifferenceTable } from '../components/DifferenceTable.tsx'
import { ProblemNote } from '../components/ProblemNote.tsx'
import { PromptPreview } from '../components/PromptPreview.tsx'
import { StartPanel } from '../components/StartPanel.tsx'
import { YamlEditor } from '../components/YamlEditor.tsx'
import { goTo } from '../hooks/usePlace.ts'
import { useRead } from '../hooks/useRoute.ts'
import { draftOf, draftProblems, draftValue, type ConfigDraft } from '../state/configDraft.ts'
import { configOf } from '../state/runFilter.ts'
import { Loading } from '../components/Loading.tsx'

interface Start {
  readonly name: string
  readonly draft: ConfigDraft
}

export function NewRunPage({ likeRunId }: { readonly likeRunId: string | null }): JSX.Element {
  const like = useRead('run.get', { runId: likeRunId ?? '' }, { enabled: likeRunId !== null })
  if (likeRunId === null) return <Editor start={presetStart('builtin')} likeRunId={null} />
  if (like.error !== null) return <ProblemNote problem={like.error} />
  return like.data === undefined ? (
    <Loading what="Reading the run…" />
  ) : (
    <Editor start={runStart(like.data)} likeRunId={likeRunId} />
  )
}

function presetStart(name: string): Start {
  const preset = presets.find((each) => each.name === name)
  return { name: `preset ${name}`, draft: draftOf(preset?.config ?? {}) }
}

/** A run's own config without its name: two runs of one name are hard to tell apart. */
function runStart(run: Run): Start {
  const { name: _name, ...config } = configOf(run) as ConfigLayer
  return { name: run.name, draft: draftOf(config) }
}

function Editor({
  start: first,
  likeRunId,
}: {
  readonly start: Start
  readonly likeRunId: string | null
}): JSX.Element {
  const [start, setStart] = useState(first)
  const [draft, setDraft] = useState(first.draft)
  const problems = useMemo(() => draftProblems(draft), [draft])
  const isValid = problems.byPath.size === 0 && problems.general.length === 0
  const begin = (next: Start): void => {
    setStart(next)
    setDraft(next.draft)
  }
  return (
    <div className="page new-run">
      <div className="new-run-form">
        <StartChoice likeRunId={likeRunId} onStart={begin} />
        <ConfigForm draft={draft} problems={problems} onChange={setDraft} />
      </div>
      <aside className="new-run-side" aria-label="YAML, differences, start">
        <section className="panel side-panel">
          <StartPanel draft={draft} problems={problems} />
        </section>
        <section className="panel side-panel">
          <Title order={2} fz={14} mb={6}>
            The same as YAML
          </Title>
          <YamlEditor draft={draft} onChange={setDraft} />
        </section>
        <section className="panel side-panel">
          <Title order={2} fz={14} mb={6}>
            Differences to {start.name}
          </Title>
          <DifferenceTable
            columns={[start.name, 'this run']}
            rows={differences(start.draft, draft)}
            emptyText="None yet."
          />
        </section>
        <section className="panel side-panel">
          <PromptPreview draft={draft} isValid={isValid} />
        </section>
      </aside>
    </div>
  )
}

function differences(before: ConfigDraft, now: ConfigDraft): { path: string; values: unknown[] }[] {
  return configFields
    .map((field) => ({ path: field.path, values: [draftValue(before, field), draftValue(now, field)] }))
    .filter(({ values: [left, right] }) => JSON.stringify(left) !== JSON.stringify(right))
}

interface StartChoiceProps {
  readonly likeRunId: string | null
  readonly onStart: (start: Start) => void
}

/** Where the form begins: a preset, or another run's config. */
function StartChoice({ likeRunId, onStart }: StartChoiceProps): JSX.Element {
  const [preset, setPreset] = useState<string | null>(likeRunId === null ? 'builtin' : null)
  const runs = useRead('run.list', { archived: false }).data ?? []
  return (
    <div className="form-tools">
      <Title order={1} fz={17} style={{ flex: 1 }}>
        New run
      </Title>
      <Select
        aria-label="Preset"
        placeholder="Begin with a preset"
        data={presets.map(({ name }) => name)}
        value={preset}
        w={230}
        onChange={(name) => {
          setPreset(name)
          if (name !== null) onStart(presetStart(name))
        }}
      />
      <Select
        aria-label="Like run"
        placeholder="or like a run"
        searchable
        data={runs.map((run) => ({ value: run.runId, label: run.name }))}
        value={likeRunId}
        w={230}
        onChange={(runId) => goTo({ page: 'new', likeRunId: runId })}
      />
    </div>
  )
}
