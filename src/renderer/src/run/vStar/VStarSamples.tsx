import { Badge, Button, Group, Text, Title } from '@mantine/core'
import { useState, type JSX } from 'react'
import type { ProblemSamples } from '../../../../shared/routes/vStar.ts'
import { mostSampleBytes, type KeptSample, type KeptTurn } from '../../../../shared/runs/vStarSamples.ts'
import { formatBytes, formatCount } from '../../../../shared/text/format.ts'
import { useRouteQuery } from '../../data/useRoute.ts'
import { Loading } from '../../widgets/Loading.tsx'
import { MathsSwitch } from '../../widgets/maths/MathsSwitch.tsx'
import { useSetMaths } from '../../widgets/maths/useSetMaths.ts'
import { WrittenText } from '../../widgets/maths/WrittenText.tsx'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'
import { turnLabels } from '../rollouts/rolloutLabels.ts'
import styles from './VStarSamples.module.css'

export interface VStarSamplesProps {
  readonly vStarId: string
  readonly problemId: string
}

/** Samples shown at once; the others on demand. */
const firstShown = 4

/** What the reference wrote for one problem: each attempt with its verdict and its revision. */
export function VStarSamples({ vStarId, problemId }: VStarSamplesProps): JSX.Element {
  const { data, error } = useRouteQuery('vStar.samples', { vStarId, problemId })
  const [isSet, setIsSet] = useSetMaths()
  const [isWhole, setWhole] = useState(false)
  if (data === undefined)
    return error === null ? <Loading what="Reading the samples…" /> : <ProblemNote problem={error} />
  const { samples } = data
  if (samples === null) return <Text className="muted">{noneText(data)}</Text>
  const { question, knownAnswer, drawn } = samples
  const shown = isWhole ? samples.samples : samples.samples.slice(0, firstShown)
  return (
    <section className={styles.samples} aria-label={`Samples of ${problemId}`}>
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <Title order={3} fz={14} className={styles.question}>
          <WrittenText text={question.text} isSet={isSet} />
        </Title>
        <MathsSwitch isSet={isSet} onChange={setIsSet} />
      </Group>
      <Text fz={13}>
        Known answer <strong className="mono">{knownAnswer.text}</strong> ·{' '}
        {keptText(samples.samples.length, drawn)}
      </Text>
      {shown.map((sample, index) => (
        <Sample key={index} sample={sample} number={index + 1} isSet={isSet} />
      ))}
      {shown.length < samples.samples.length && (
        <Button variant="subtle" onClick={() => setWhole(true)}>
          All {samples.samples.length} samples
        </Button>
      )}
    </section>
  )
}

function keptText(kept: number, drawn: number): string {
  if (kept === drawn) return `${formatCount(drawn)} ${drawn === 1 ? 'sample' : 'samples'}`
  return `the first ${formatCount(kept)} of ${formatCount(drawn)} samples; the others are counted alone`
}

function noneText({ kept, estimated }: ProblemSamples): string {
  if (kept === 0)
    return 'No samples of this estimate are kept: it was made before they were, or by an import. Its counts are all there is.'
  return `Samples of ${formatCount(kept)} of ${formatCount(estimated)} problems are kept, ${formatBytes(mostSampleBytes)} at most for an estimate; this problem is not among them. It is counted all the same.`
}

interface SampleProps {
  readonly sample: KeptSample
  readonly number: number
  readonly isSet: boolean
}

function Sample({ sample, number, isSet }: SampleProps): JSX.Element {
  return (
    <div role="group" aria-label={`Sample ${number}`}>
      <Text fz={12} className="muted" mb={4}>
        Sample {number}
      </Text>
      <div className="turn-columns">
        {sample.turns.map((turn) => (
          <Turn key={turn.kind} turn={turn} verdict={sample.verdict} isSet={isSet} />
        ))}
      </div>
    </div>
  )
}

interface TurnProps {
  readonly turn: KeptTurn
  readonly verdict: KeptSample['verdict']
  readonly isSet: boolean
}

function Turn({ turn, verdict, isSet }: TurnProps): JSX.Element {
  const { kind, isCorrect, text } = turn
  return (
    <section className="panel turn-card" aria-label={turnLabels[kind]}>
      <Group justify="space-between" wrap="nowrap">
        <Title order={4} fz={13}>
          {turnLabels[kind]}
          {kind === 'verdict' && verdict !== null && <span className="muted"> “{verdict}”</span>}
        </Title>
        <Badge variant="light" color={isCorrect ? 'teal' : 'red'} tt="none" className={styles.grade}>
          {isCorrect ? 'correct' : 'wrong'}
        </Badge>
      </Group>
      <pre className="completion" tabIndex={0} aria-label={`Text of the ${kind}`}>
        <WrittenText text={text} isSet={isSet} />
      </pre>
      <Text fz={12} className="muted">
        {factsOf(turn)}
      </Text>
    </section>
  )
}

/** The answer that was read, and what is missing of the text. */
function factsOf({ kind, answer, finishReason, cut }: KeptTurn): string {
  return [
    kind === 'verdict' ? null : answer === null ? 'no answer was found' : `answer ${answer}`,
    finishReason === 'length' ? 'ran into the limit of tokens' : null,
    cut > 0 ? `${formatCount(cut)} further characters are not kept` : null,
  ]
    .filter((fact) => fact !== null)
    .join(' · ')
}
