import { Anchor, Button, Group, Select, Text, TextInput } from '@mantine/core'
import { useMemo, type JSX } from 'react'
import { formatCount, formatShare, formatTime } from '../../../../shared/text/format.ts'
import type { ListedVStar, Run } from '../../../../shared/runs/records.ts'
import type { VStarHistogram } from '../../../../shared/routes/vStar.ts'
import { vStarTurns, type VStarTurn } from '../../../../shared/runs/vStarTurns.ts'
import { targetAddress } from '../../data/routeTarget.ts'
import { useRouteQuery } from '../../data/useRoute.ts'
import { replaceWith } from '../../data/useRouteTarget.ts'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'
import { VStarBars } from './VStarBars.tsx'
import { problemsAPage, VStarProblems } from './VStarProblems.tsx'
import { binText, turnNames, viewAddress, viewOf, type VStarView } from './vStarView.ts'
import styles from './VStarTab.module.css'

export interface VStarTabProps {
  readonly run: Run
  /** The part of the address that says what is shown. */
  readonly query: string
}

/** What stage 1 found out about the training problems, as it finds it out. */
export function VStarTab({ run, query }: VStarTabProps): JSX.Element {
  if (run.vStarId === null) return <Text className="muted">{noEstimateText(run)}</Text>
  return <Estimate run={run} vStarId={run.vStarId} query={query} />
}

function noEstimateText({ stage }: Run): string {
  return stage === 'warm-up'
    ? 'A warm-up has no V*: it learns from conversations that are there.'
    : 'No V* yet. Stage 1 estimates it for every training problem; it appears here as it does.'
}

interface EstimateProps extends VStarTabProps {
  readonly vStarId: string
}

function Estimate({ run, vStarId, query }: EstimateProps): JSX.Element {
  const { runId } = run
  const view = useMemo(() => viewOf(query), [query])
  const { turn, bin, search, page } = view
  const histogram = useRouteQuery('vStar.histogram', { vStarId, turn }, { keepPreviousOf: ['vStarId'] })
  const found = useRouteQuery(
    'vStar.problems',
    { vStarId, turn, search, ...bin, offset: (page - 1) * problemsAPage, limit: problemsAPage },
    { keepPreviousOf: ['vStarId'] },
  )
  const change = (part: Partial<VStarView>): void =>
    replaceWith({
      page: 'run',
      runId,
      tab: 'vStar',
      query: viewAddress({ ...view, page: 1, problem: null, ...part }),
    })
  return (
    <div className={styles.tab}>
      <ProblemNote problem={histogram.error ?? found.error} />
      <Origin run={run} vStarId={vStarId} />
      <section className={`panel ${styles.plot}`} aria-label="V* distribution">
        <Tools view={view} histogram={histogram.data} onChange={change} />
        {histogram.data !== undefined && (
          <VStarBars bins={histogram.data.bins} chosen={bin} onChoose={(next) => change({ bin: next })} />
        )}
      </section>
      {found.data !== undefined && (
        <VStarProblems
          runId={runId}
          found={found.data}
          vStarId={vStarId}
          page={page}
          onPage={(next) => change({ page: next })}
          opened={view.problem}
          onOpened={(problem) => change({ page, problem })}
        />
      )}
    </div>
  )
}

interface ToolsProps {
  readonly view: VStarView
  readonly histogram: VStarHistogram | undefined
  readonly onChange: (part: Partial<VStarView>) => void
}

function Tools({ view, histogram, onChange }: ToolsProps): JSX.Element {
  return (
    <Group gap="sm" mb={8}>
      <Select
        aria-label="Turn"
        data={vStarTurns.map((value) => ({ value, label: turnNames[value] }))}
        value={view.turn}
        allowDeselect={false}
        w={240}
        onChange={(turn) => onChange({ turn: (turn ?? 'attempt') as VStarTurn, bin: null })}
      />
      <TextInput
        aria-label="Search the problems"
        placeholder="Search problems"
        w={190}
        maxLength={200}
        value={view.search}
        onChange={(event) => onChange({ search: event.currentTarget.value })}
      />
      {view.bin !== null && (
        <Button variant="default" onClick={() => onChange({ bin: null })}>
          V* {binText(view.bin)}: show all problems
        </Button>
      )}
      <Text fz={12} className="muted tabular" role="status">
        {histogram === undefined ? 'Reading V*…' : signalText(histogram)}
      </Text>
    </Group>
  )
}

function signalText({ problems, withoutSignal }: VStarHistogram): string {
  if (problems === 0) return 'No problem has such a turn yet.'
  return `${formatCount(problems)} problems, ${formatShare(withoutSignal)} of them without signal (V* 0 or 1) · a bar shows its problems, a problem its samples`
}

/** Which run has made the estimate, how far it is, and which runs have learned with it. */
function Origin({ run, vStarId }: { readonly run: Run; readonly vStarId: string }): JSX.Element {
  const artifacts = useRouteQuery('vStar.list', {}).data ?? []
  const artifact = artifacts.find((each) => each.vStarId === vStarId)
  const users = (useRouteQuery('run.list', { archived: false }).data ?? []).filter(
    (each) => each.vStarId === vStarId && each.runId !== artifact?.runId,
  )
  return (
    <div className={`panel ${styles.origin}`}>
      <Text fz={13}>
        Estimate <span className="mono">{vStarId}</span>
        {artifact !== undefined && <Facts artifact={artifact} runId={run.runId} />}
      </Text>
      <Text fz={13}>
        {users.length === 0 ? 'No other run uses it.' : 'Used by: '}
        {users.slice(0, mostUsers).map((user, index) => (
          <span key={user.runId}>
            {index > 0 && ', '}
            {user.runId === run.runId ? 'this run' : <RunLink runId={user.runId} name={user.name} />}
          </span>
        ))}
        {users.length > mostUsers && ` and ${formatCount(users.length - mostUsers)} more`}
      </Text>
    </div>
  )
}

const mostUsers = 20

function Facts({ artifact, runId }: { readonly artifact: ListedVStar; readonly runId: string }): JSX.Element {
  const { runName, beta, problems, complete, createdAtMs } = artifact
  return (
    <>
      {' '}
      of {formatCount(problems)} problems{complete ? '' : ', not complete yet'}
      {beta === null ? '' : ` · β₁ ${beta}`} · {formatTime(createdAtMs)} · made by{' '}
      {artifact.runId === runId ? (
        'this run'
      ) : runName === null ? (
        'a run that was erased'
      ) : (
        <RunLink runId={artifact.runId} name={runName} />
      )}
    </>
  )
}

function RunLink({ runId, name }: { readonly runId: string; readonly name: string }): JSX.Element {
  return (
    <Anchor fz="inherit" href={targetAddress({ page: 'run', runId, tab: 'vStar' })}>
      {name === '' ? runId : name}
    </Anchor>
  )
}
