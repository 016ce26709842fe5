import { Button, Group, Kbd, Switch, Text, TextInput, Title } from '@mantine/core'
import { IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react'
import { useMemo, useState, type JSX } from 'react'
import { useRouteQuery } from '../data/useRoute.ts'
import { useRouteQueries } from '../data/useRouteQueries.ts'
import { useRunsWithStatus } from '../data/useRunsWithStatus.ts'
import { replaceWith } from '../data/useRouteTarget.ts'
import type { ReplayTarget } from '../data/routeTarget.ts'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import { Term } from '../widgets/Term.tsx'
import { configOf } from '../widgets/runConfig.ts'
import { useShortcuts } from '../widgets/useShortcuts.ts'
import { PolicyPicker } from './PolicyPicker.tsx'
import { ProblemForm, type TypedProblem } from './ProblemForm.tsx'
import { ReplaySides } from './ReplaySides.tsx'
import { modelOfPolicy, replayedPolicy, runOfPolicy, type PolicyName } from './policyName.ts'
import {
  parseSampling,
  samplingFields,
  samplingOfConfig,
  samplingProblem,
  textsOf,
  usualSampling,
  type SamplingTexts,
} from './samplingFields.ts'
import { useReplay } from './useReplay.ts'
import { waitWords } from './waitWords.ts'

const noProblem: TypedProblem = { question: '', answer: '' }

/** Any problem to one or two checkpoints: attempt, verdict and revision as they are written. */
export function ReplayPage({ place }: { readonly place: ReplayTarget }): JSX.Element {
  const { policies, problem: picked } = place
  const replay = useReplay()
  const known = usePolicies(policies)
  const [typed, setTyped] = useState<TypedProblem | null>(null)
  const problem = useShownProblem(picked, typed)
  const [edited, setEdited] = useState<SamplingTexts | null>(null)
  const texts = edited ?? textsOf(known.sampling)
  const [alwaysRevise, setAlwaysRevise] = useState(false)
  const sampling = parseSampling(texts)
  const missing = missingWords({ hasPolicy: known.asked.length > 0, question: problem.question, sampling })
  const begin = (): void => {
    if (sampling === null || missing !== null) return
    const { question, answer } = problem
    const knownAnswer = answer.trim() === '' ? null : answer
    replay.begin({ policies: [...known.asked], question, knownAnswer, sampling, alwaysRevise })
  }
  useShortcuts({ 'ctrl+enter': begin })
  const change = (index: number, name: PolicyName): void => {
    const next = [0, 1]
      .map((each) => (each === index ? name : (policies[each] ?? '')))
      .filter((each) => each !== '')
    replaceWith({ ...place, policies: next })
  }
  const type = (next: TypedProblem): void => {
    setTyped(next)
    if (picked !== null) replaceWith({ ...place, problem: null })
  }
  const pick = (problemId: string): void => {
    setTyped(null)
    if (known.runId !== null) replaceWith({ ...place, problem: { runId: known.runId, problemId } })
  }
  return (
    <div className="page page-scroll">
      <Title order={1} fz={17}>
        Replay
      </Title>
      <section className="panel side-panel" aria-label="What is replayed">
        <Group gap="sm" align="flex-end" mb={10}>
          <PolicyPicker
            label="First policy"
            value={policies[0] ?? ''}
            isOptional={false}
            onChange={(name) => change(0, name)}
          />
          <PolicyPicker
            label="Second policy"
            value={policies[1] ?? ''}
            isOptional
            onChange={(name) => change(1, name)}
          />
        </Group>
        <div className="replay-form">
          <ProblemForm
            problem={problem}
            runId={known.runId}
            problemId={typed === null ? (picked?.problemId ?? null) : null}
            onType={type}
            onPick={pick}
          />
          <SamplingForm texts={texts} onChange={setEdited}>
            <Switch
              label={
                <Term meaning="As stage 1 samples; without it a revision follows a verdict of “wrong” alone">
                  Revise whatever the verdict says
                </Term>
              }
              checked={alwaysRevise}
              onChange={(event) => setAlwaysRevise(event.currentTarget.checked)}
            />
          </SamplingForm>
        </div>
        <Group gap="sm" mt={10}>
          {replay.isRunning ? (
            <Button
              size="sm"
              variant="default"
              leftSection={<IconPlayerStop size={16} />}
              onClick={replay.stop}
            >
              Stop
            </Button>
          ) : (
            <Button
              size="sm"
              leftSection={<IconPlayerPlay size={16} />}
              onClick={begin}
              disabled={missing !== null}
            >
              Replay
            </Button>
          )}
          <Kbd size="xs">Ctrl Enter</Kbd>
          <Text fz={12} className="muted" role="status">
            {missing ?? <ProcessorNote />}
          </Text>
        </Group>
      </section>
      <ProblemNote problem={replay.problem} />
      {replay.sides.length === 0 ? (
        <Text className="muted">
          Nothing replayed yet. Choose a run and a problem: its attempt, verdict and revision appear here as
          they are written, beside those of a second checkpoint if you choose one.
        </Text>
      ) : (
        <ReplaySides sides={replay.sides} names={known.names} isRunning={replay.isRunning} />
      )}
    </div>
  )
}

interface Wanted {
  readonly hasPolicy: boolean
  readonly question: string
  readonly sampling: unknown
}

function missingWords({ hasPolicy, question, sampling }: Wanted): string | null {
  if (!hasPolicy) return 'Choose a run or a model first.'
  if (question.trim() === '') return 'Type a problem, or pick one.'
  return sampling === null ? 'A sampling setting is not valid.' : null
}

/** What the chosen names stand for. */
function usePolicies(policies: readonly PolicyName[]) {
  const runs = policies.map(runOfPolicy)
  const found = useRouteQueries(
    'run.get',
    runs.map((run) => (run === null ? null : { runId: run.runId })),
  )
  const checkpoints = useRouteQueries(
    'checkpoints.list',
    runs.map((run) => (run === null ? null : { runId: run.runId })),
  )
  const first = found.find((run) => run !== null)
  const sampling = useMemo(() => (first ? samplingOfConfig(configOf(first)) : usualSampling), [first])
  const asked = policies.flatMap((name, index) => {
    const run = runs[index]
    // not before it is known which checkpoint is the newest
    if (run && run.step === '' && checkpoints[index] === null) return []
    return replayedPolicy(name, checkpoints[index] ?? []) ?? []
  })
  const names = policies.map((name, index) => {
    const step = asked[index] !== undefined && 'step' in asked[index] ? asked[index].step : null
    const place = step === null ? 'before training' : `step ${step}`
    return modelOfPolicy(name) ?? `${found[index]?.name ?? runs[index]?.runId ?? name}, ${place}`
  })
  return { asked, names, sampling, runId: runs.find((run) => run !== null)?.runId ?? null }
}

function useShownProblem(picked: ReplayTarget['problem'], typed: TypedProblem | null): TypedProblem {
  const { runId, problemId } = picked ?? { runId: '', problemId: '' }
  const found = useRouteQuery('problems.list', { runId, problemId }, { enabled: picked !== null }).data
  const [problem] = picked === null ? [] : (found?.problems ?? [])
  if (typed !== null || problem === undefined) return typed ?? noProblem
  return { question: problem.question, answer: problem.knownAnswer }
}

interface SamplingFormProps {
  readonly texts: SamplingTexts
  readonly onChange: (texts: SamplingTexts) => void
  readonly children: JSX.Element
}

function SamplingForm({ texts, onChange, children }: SamplingFormProps): JSX.Element {
  return (
    <div className="replay-sampling">
      {samplingFields.map((field) => (
        <TextInput
          key={field.name}
          label={<Term meaning={field.meaning}>{field.label}</Term>}
          aria-label={field.label}
          inputMode="decimal"
          value={texts[field.name]}
          error={samplingProblem(field, texts[field.name])}
          onChange={(event) => onChange({ ...texts, [field.name]: event.currentTarget.value })}
        />
      ))}
      {children}
    </div>
  )
}

/** Where a replay runs while a run trains. */
function ProcessorNote(): JSX.Element {
  const running = useRunsWithStatus(['running'])?.[0]
  return <>{waitWords(running)}</>
}
