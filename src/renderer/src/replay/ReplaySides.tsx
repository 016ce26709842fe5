import { Badge, Group, Spoiler, Text, Title } from '@mantine/core'
import type { JSX } from 'react'
import type { ReplayedTurn } from '../../../shared/routes/replay.ts'
import { formatCount } from '../../../shared/text/format.ts'
import { MathsSwitch } from '../widgets/maths/MathsSwitch.tsx'
import { hasMaths } from '../widgets/maths/mathPieces.ts'
import { useSetMaths } from '../widgets/maths/useSetMaths.ts'
import { WrittenText } from '../widgets/maths/WrittenText.tsx'
import { turnLabels } from '../run/rollouts/rolloutLabels.ts'
import type { ReplaySide, ShownTurn } from './replayState.ts'
import styles from './ReplaySides.module.css'

export interface ReplaySidesProps {
  readonly sides: readonly ReplaySide[]
  readonly names: readonly string[]
  readonly isRunning: boolean
}

/**
 * The turns of each policy as they are written: one policy's side by side, two policies' below one another.
 */
export function ReplaySides({ sides, names, isRunning }: ReplaySidesProps): JSX.Element {
  const [isSet, setIsSet] = useSetMaths()
  const isAsked = sides.some(({ turns }) => turns.some(({ text }) => hasMaths(text)))
  return (
    <>
      {isAsked && <MathsSwitch isSet={isSet} onChange={setIsSet} />}
      <div className={styles.sides}>
        {sides.map((side, index) => (
          <section key={index} className={styles.side} aria-label={names[index]} aria-busy={isRunning}>
            <Title order={2} fz={14} className="one-line" title={names[index]}>
              {names[index]}
            </Title>
            <div className={sides.length === 1 ? 'turn-columns' : styles.turns}>
              {side.turns.map((turn) => (
                <ShownTurnCard key={turn.kind} turn={turn} isSet={isSet} />
              ))}
            </div>
            {isRunning && side.turns.length === 0 && (
              <Text role="status" className="muted">
                {side.device === null ? 'Opening the model…' : `Writing on ${side.device}…`}
              </Text>
            )}
          </section>
        ))}
      </div>
    </>
  )
}

interface ShownTurnCardProps {
  readonly turn: ShownTurn
  readonly isSet: boolean
}

function ShownTurnCard({ turn, isSet }: ShownTurnCardProps): JSX.Element {
  const { kind, promptText, text, graded } = turn
  return (
    <section className="panel turn-card" aria-label={turnLabels[kind]}>
      <Group justify="space-between" wrap="nowrap">
        <Title order={3} fz={13}>
          {turnLabels[kind]}
          {typeof graded?.verdict === 'string' && <span className="muted"> “{graded.verdict}”</span>}
        </Title>
        {graded !== null && <Grade turn={graded} />}
      </Group>
      <Spoiler maxHeight={36} showLabel="Whole prompt" hideLabel="Less" fz={11} className="muted">
        <div className="mono fine-print written">{promptText}</div>
      </Spoiler>
      <pre className="completion" tabIndex={0} aria-label={`Text of the ${kind}`}>
        {/* what is being written is not whole yet */}
        <WrittenText text={text} isSet={isSet && graded !== null} />
        {graded === null && <span className={styles.caret} aria-hidden="true" />}
      </pre>
      {graded !== null && (
        <Text fz={12} className="muted tabular">
          {factsOf(graded)}
        </Text>
      )}
    </section>
  )
}

function Grade({ turn }: { readonly turn: ReplayedTurn }): JSX.Element {
  const [words, color] =
    turn.isCorrect === null ? ['not graded', 'gray'] : turn.isCorrect ? ['correct', 'teal'] : ['wrong', 'red']
  return (
    <Badge variant="light" color={color} tt="none" className={styles.grade}>
      {words}
    </Badge>
  )
}

function factsOf({ kind, answer, tokens, finishReason }: ReplayedTurn): string {
  const cut = finishReason === 'length' ? ' (cut at the limit)' : ''
  const said = kind === 'verdict' ? [] : [answer === null ? 'no answer found' : `answer ${answer}`]
  return [...said, `${formatCount(tokens)} tokens${cut}`].join(' · ')
}
