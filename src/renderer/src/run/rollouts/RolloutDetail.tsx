import { Badge, Button, Group, Spoiler, Text, Title } from '@mantine/core'
import type { JSX } from 'react'
import type { StoredRollout, StoredTurn } from '../../../../shared/runs/records.ts'
import { formatCount, formatNumber, missing } from '../../../../shared/text/format.ts'
import { outcomeText, turnLabels } from './rolloutLabels.ts'
import { Term } from '../../widgets/Term.tsx'
import { useSetMaths } from '../../widgets/maths/useSetMaths.ts'
import { WrittenText } from '../../widgets/maths/WrittenText.tsx'
import { useStoredState } from '../../widgets/hooks/useStoredState.ts'
import { MathsSwitch } from '../../widgets/maths/MathsSwitch.tsx'
import { TokenColourBar } from './text/TokenColourBar.tsx'
import { parseTokenColour, type TokenColour } from './text/tokenColours.ts'
import { TokenText } from './text/TokenText.tsx'
import styles from './RolloutDetail.module.css'

export interface RolloutDetailProps {
  readonly rollout: StoredRollout
  /** Shows the same problem over the whole training. */
  readonly onFollow: () => void
  /** Puts the problem to a checkpoint. */
  readonly onReplay: () => void
}

/** One rollout: the problem above, its turns side by side below. */
export function RolloutDetail({ rollout, onFollow, onReplay }: RolloutDetailProps): JSX.Element {
  const [colour, setColour] = useStoredState<TokenColour>('tokenColour', {
    first: 'none',
    parse: parseTokenColour,
  })
  const [isSet, setIsSet] = useSetMaths()
  const facts = [
    `problem ${rollout.problemId}`,
    `${rollout.split}, step ${formatCount(rollout.step)}`,
    rollout.subject,
    rollout.level === null ? null : `level ${rollout.level}`,
  ].filter((fact) => fact !== null)
  return (
    <article className={styles.rollout} aria-label="Rollout">
      <div className={`panel ${styles.head}`}>
        <Group justify="space-between" align="flex-start">
          <div className={styles.problem}>
            <Text fz={12} className="muted">
              {facts.join(' · ')}
            </Text>
            <Title order={2} fz={15} className={styles.question}>
              <WrittenText text={rollout.question} isSet={isSet} />
            </Title>
            <Text fz={13} mt={2}>
              Known answer <strong className="mono">{rollout.knownAnswer}</strong> · {outcomeText(rollout)}
            </Text>
          </div>
          <Group gap={6}>
            <Button variant="default" onClick={onFollow}>
              This problem over training
            </Button>
            <Button variant="default" onClick={onReplay}>
              Replay with…
            </Button>
          </Group>
        </Group>
      </div>
      <Group gap="lg">
        <TokenColourBar colour={colour} onChange={setColour} />
        <MathsSwitch isSet={isSet} onChange={setIsSet} />
      </Group>
      <div className="turn-columns">
        {rollout.turns.map((turn) => (
          <TurnCard key={turn.kind} turn={turn} verdict={rollout.verdict} colour={colour} isSet={isSet} />
        ))}
      </div>
    </article>
  )
}

interface TurnCardProps {
  readonly turn: StoredTurn
  readonly verdict: StoredRollout['verdict']
  readonly colour: TokenColour
  readonly isSet: boolean
}

function TurnCard({ turn, verdict, colour, isSet }: TurnCardProps): JSX.Element {
  return (
    <section className="panel turn-card" aria-label={turnLabels[turn.kind]}>
      <Group justify="space-between" wrap="nowrap">
        <Title order={3} fz={13}>
          {turnLabels[turn.kind]}
          {turn.kind === 'verdict' && verdict !== null && <span className="muted"> “{verdict}”</span>}
        </Title>
        <Badge variant="light" color={turn.isCorrect ? 'teal' : 'red'} tt="none" className={styles.grade}>
          {turn.isCorrect ? 'correct' : 'wrong'}
        </Badge>
      </Group>
      <Spoiler maxHeight={36} showLabel="Whole prompt" hideLabel="Less" fz={11} className="muted">
        <div className="mono fine-print written">{turn.promptText}</div>
      </Spoiler>
      {colour === 'none' ? (
        <pre className="completion" tabIndex={0} aria-label={`Text of the ${turn.kind}`}>
          <WrittenText text={turn.completionText} isSet={isSet} />
        </pre>
      ) : (
        <TokenText turn={turn} colour={colour} />
      )}
      <Numbers turn={turn} />
    </section>
  )
}

function Numbers({ turn }: { readonly turn: StoredTurn }): JSX.Element {
  const rows: readonly (readonly [string, string, string])[] = [
    ['Answer', turn.answer ?? missing, 'as it was read from the text'],
    ['Reward', formatNumber(turn.reward), 'by rule'],
    ['V*', formatNumber(turn.turnBaseline), 'baseline of this turn, from stage 1'],
    ['Advantage', formatNumber(turn.advantage), 'after normalising'],
    ['Log-ratio ρ', formatNumber(turn.logRatio), 'Σ ln π − ln π_ref over the turn’s tokens, nats'],
    [
      'Tokens',
      `${formatCount(turn.tokens)}${turn.finishReason === 'length' ? ' (cut)' : ''}`,
      'end token included',
    ],
  ]
  return (
    <dl className={`${styles.numbers} tabular`}>
      {rows.map(([label, value, meaning]) => (
        <div key={label}>
          <dt>
            <Term meaning={meaning}>{label}</Term>
          </dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
