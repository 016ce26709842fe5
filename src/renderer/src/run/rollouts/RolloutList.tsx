import { UnstyledButton } from '@mantine/core'
import { useEffect, useRef, type JSX } from 'react'
import type { StoredRollout } from '../../../../shared/records.ts'
import { isFinallyCorrect, outcomeText } from './rolloutLabels.ts'
import styles from './RolloutList.module.css'

export interface RolloutListProps {
  readonly rollouts: readonly StoredRollout[]
  readonly chosen: number
  readonly onChoose: (index: number) => void
}

export function RolloutList({ rollouts, chosen, onChoose }: RolloutListProps): JSX.Element {
  const row = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    // newer browsers return a promise here, which is no cleanup
    void row.current?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  return (
    <ul className={`panel ${styles.list}`} aria-label="Rollouts">
      {rollouts.map((rollout, index) => (
        <li key={`${rollout.split} ${rollout.step} ${rollout.problemId} ${index}`}>
          <UnstyledButton
            ref={index === chosen ? row : null}
            className={styles.row}
            aria-current={index === chosen}
            onClick={() => onChoose(index)}
          >
            <span className={styles.question}>{rollout.question}</span>
            <span className={`${styles.facts} tabular`}>
              <span style={{ color: isFinallyCorrect(rollout) ? 'var(--good)' : 'var(--bad)' }}>
                {outcomeText(rollout)}
              </span>
              <span className="muted">
                {rollout.split === 'train' ? '' : `${rollout.split}, `}step {rollout.step}
              </span>
            </span>
          </UnstyledButton>
        </li>
      ))}
    </ul>
  )
}
