import { Title } from '@mantine/core'
import { useCallback, useEffect, useState, type JSX, type KeyboardEvent } from 'react'
import { ConfigForm } from './form/ConfigForm.tsx'
import { DifferenceTable } from '../widgets/table/DifferenceTable.tsx'
import { Loading } from '../widgets/Loading.tsx'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import { PromptPreview } from './PromptPreview.tsx'
import { StartChoice } from './StartChoice.tsx'
import { StartPanel } from './StartPanel.tsx'
import { YamlEditor } from './form/YamlEditor.tsx'
import { readKept, writeKept } from '../widgets/hooks/browserStorage.ts'
import { useConfigForm } from './form/useConfigForm.ts'
import type { NewRunTarget } from '../data/routeTarget.ts'
import { useRouteQuery } from '../data/useRoute.ts'
import { useRunStart } from './useRunStart.ts'
import { draftDifferences, type ConfigDraft } from './form/draft.ts'
import { firstOf, type FormFilter } from './form/groups.ts'
import { parseKeptForm, presetStart, runStart, type FormStart, type KeptForm } from './formStart.ts'
import { stageOf, type StartKind } from './startKind.ts'
import styles from './NewRunPage.module.css'

export function NewRunPage({ place }: { readonly place: NewRunTarget }): JSX.Element {
  const { likeRunId, conversations } = place
  const like = useRouteQuery('run.get', { runId: likeRunId ?? '' }, { enabled: likeRunId !== null })
  if (likeRunId === null) return <Editor first={presetStart('builtin')} keptAs="" />
  // once it is there it stays: a later reading that fails takes no typed form away
  if (like.data !== undefined)
    return <Editor first={runStart(like.data, conversations)} keptAs={likeRunId + (conversations ?? '')} />
  return like.error === null ? <Loading what="Reading the run…" /> : <ProblemNote problem={like.error} />
}

interface EditorProps {
  readonly first: FormStart
  /** What is left unfinished is found again by this name. */
  readonly keptAs: string
}

function Editor({ first, keptAs }: EditorProps): JSX.Element {
  const { begun, keep, forget } = useKeptForm(first, keptAs)
  const [from, setFrom] = useState(begun.from)
  const [kind, choose] = useState<StartKind>(begun.kind)
  const form = useConfigForm(begun.draft, stageOf(kind))
  useEffect(() => keep({ from, draft: form.draft, kind }), [keep, from, form.draft, kind])
  const { filter, setFilter, leadTo } = useFieldFocus()
  const [isUnread, setUnread] = useState(false)
  const start = useRunStart({ form, isUnread, kind, choose, onRefused: leadTo, onStarted: forget })
  const { replace } = form
  const differences = draftDifferences(from.draft, form.draft)
  const beginWith = (next: FormStart, draft: ConfigDraft): void => {
    setFrom(next)
    replace(() => draft)
  }
  const changeYaml = useCallback((draft: ConfigDraft) => replace(() => draft), [replace])
  const startByKeys = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
    event.preventDefault()
    event.stopPropagation()
    start.begin()
  }
  return (
    <div className={`page ${styles.columns}`} onKeyDownCapture={startByKeys}>
      <div className={styles.form}>
        <StartChoice
          from={from}
          draft={form.draft}
          changes={differences.length}
          fresh={begun.from === first ? null : first}
          onStart={beginWith}
        />
        <ConfigForm
          form={form}
          filter={filter}
          onFilter={setFilter}
          notes={start.notes}
          columns={start.columns}
        />
      </div>
      <aside className={styles.side} aria-label="Start, YAML, differences, prompts">
        <section className="panel side-panel" aria-label="Start">
          <StartPanel start={start} />
        </section>
        <section className="panel side-panel" aria-label="The same as YAML">
          <SideTitle text="The same as YAML" />
          <YamlEditor draft={form.draft} onChange={changeYaml} onUnread={setUnread} />
        </section>
        <section className="panel side-panel" aria-label="Differences">
          <SideTitle text={`Differences to ${from.name}`} />
          <DifferenceTable columns={[from.name, 'this run']} rows={differences} emptyText="None yet." />
        </section>
        <section className="panel side-panel" aria-label="Prompts">
          <SideTitle text="Prompts" />
          <PromptPreview draft={form.draft} isValid={form.checked.config !== null} />
        </section>
      </aside>
    </div>
  )
}

function SideTitle({ text }: { readonly text: string }): JSX.Element {
  return (
    <Title order={2} fz={14} mb={6}>
      {text}
    </Title>
  )
}

interface KeptFormUse {
  /** What was being set up here before, or a fresh form. */
  readonly begun: KeptForm
  readonly keep: (form: KeptForm) => void
  readonly forget: () => void
}

/** A form that was left stays as it was, for as long as the tab is open and nothing was started with it. */
function useKeptForm(first: FormStart, keptAs: string): KeptFormUse {
  const name = `newRun.${keptAs}`
  const [fresh] = useState<KeptForm>({ from: first, draft: first.draft, kind: 'both' })
  const [begun] = useState(() => readKept('tab', name, parseKeptForm) ?? fresh)
  const keep = useCallback(
    (form: KeptForm) => writeKept('tab', name, isSame(form, fresh) ? null : form),
    [name, fresh],
  )
  const forget = useCallback(() => writeKept('tab', name, null), [name])
  return { begun, keep, forget }
}

function isSame(left: KeptForm, right: KeptForm): boolean {
  return (
    left.kind === right.kind &&
    left.from.preset === right.from.preset &&
    left.from.likeRunId === right.from.likeRunId &&
    draftDifferences(left.draft, right.draft).length === 0
  )
}

interface FieldFocus {
  readonly filter: FormFilter
  readonly setFilter: (filter: FormFilter) => void
  /** Moves focus to the first of these fields, in the order of the form; a search that hides it is ended. */
  readonly leadTo: (paths: ReadonlySet<string>) => void
}

function useFieldFocus(): FieldFocus {
  const [filter, setFilter] = useState<FormFilter>({ text: '', onlyChanged: false })
  const [wanted, setWanted] = useState<{ readonly path: string } | null>(null)
  const leadTo = useCallback((paths: ReadonlySet<string>) => {
    const path = firstOf(paths)
    if (path === null) return
    setFilter((before) => ({ ...before, text: '' }))
    setWanted({ path })
  }, [])
  useEffect(() => {
    if (wanted !== null) focusField(wanted.path)
  }, [wanted])
  return { filter, setFilter, leadTo }
}

function focusField(path: string): void {
  const marked = document.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`)
  const within = marked?.querySelector<HTMLElement>('input:not(:disabled), textarea')
  const target = within ?? marked
  target?.focus()
  target?.scrollIntoView({ block: 'center' })
}
