import { Group, Text, Title } from '@mantine/core'
import { useState, type JSX } from 'react'
import { replaceWith } from '../data/useRouteTarget.ts'
import type { ReplayTarget } from '../data/routeTarget.ts'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import { useShortcuts } from '../widgets/hooks/useShortcuts.ts'
import { PolicyPicker } from './PolicyPicker.tsx'
import { ProblemForm } from './ProblemForm.tsx'
import { ReplayButtons } from './ReplayButtons.tsx'
import { ReplaySides } from './ReplaySides.tsx'
import { SamplingForm } from './SamplingForm.tsx'
import { parseSampling, textsOf, type SamplingTexts } from './samplingFields.ts'
import { usePolicies, type KnownPolicies } from './usePolicies.ts'
import { useProblem, type ChosenProblem } from './useProblem.ts'
import { useReplay, type ReplayInput } from './useReplay.ts'
import styles from './ReplayPage.module.css'

/** Any problem to one or two checkpoints: attempt, verdict and revision as they are written. */
export function ReplayPage({ place }: { readonly place: ReplayTarget }): JSX.Element {
  const replay = useReplay()
  const known = usePolicies(place.policies)
  const chosen = useProblem(place)
  const [edited, setEdited] = useState<SamplingTexts | null>(null)
  const [alwaysRevise, setAlwaysRevise] = useState(false)
  const texts = edited ?? textsOf(known.sampling)
  const asked = askedOf(known, chosen, { texts, alwaysRevise })
  const begin = (): void => {
    if (typeof asked !== 'string') replay.begin(asked)
  }
  useShortcuts({ 'ctrl+enter': begin })
  return (
    <div className="page page-scroll">
      <Title order={1} fz={17}>
        Replay
      </Title>
      <section className="panel side-panel" aria-label="What is replayed">
        <PolicyPickers place={place} />
        <div className={styles.form}>
          <ProblemForm
            problem={chosen.problem}
            runId={known.runId}
            problemId={chosen.problemId}
            onType={chosen.type}
            onPick={(problemId) => known.runId !== null && chosen.pick(known.runId, problemId)}
          />
          <SamplingForm
            texts={texts}
            alwaysRevise={alwaysRevise}
            onChange={setEdited}
            onRevise={setAlwaysRevise}
          />
        </div>
        <ReplayButtons
          isRunning={replay.isRunning}
          missing={typeof asked === 'string' ? asked : null}
          onBegin={begin}
          onStop={replay.stop}
        />
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

const pickers = ['First policy', 'Second policy'] as const

function PolicyPickers({ place }: { readonly place: ReplayTarget }): JSX.Element {
  return (
    <Group gap="sm" align="flex-end" mb={10}>
      {pickers.map((label, index) => (
        <PolicyPicker
          key={label}
          label={label}
          value={place.policies[index] ?? ''}
          isOptional={index > 0}
          onChange={(name) => {
            const next = pickers.map((_, each) => (each === index ? name : (place.policies[each] ?? '')))
            replaceWith({ ...place, policies: next.filter((each) => each !== '') })
          }}
        />
      ))}
    </Group>
  )
}

/** What the owner is asked for; words for what is still missing. */
function askedOf(
  known: KnownPolicies,
  { problem }: ChosenProblem,
  { texts, alwaysRevise }: { readonly texts: SamplingTexts; readonly alwaysRevise: boolean },
): ReplayInput | string {
  if (known.asked.length === 0) return 'Choose a run or a model first.'
  if (problem.question.trim() === '') return 'Type a problem, or pick one.'
  const sampling = parseSampling(texts)
  if (sampling === null) return 'A sampling setting is not valid.'
  const knownAnswer = problem.answer.trim() === '' ? null : problem.answer
  return { policies: [...known.asked], question: problem.question, knownAnswer, sampling, alwaysRevise }
}
