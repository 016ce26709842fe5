import { UnstyledButton } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef, type JSX } from 'react'
import type { StoredRollout } from '../../../../shared/runs/records.ts'
import { usePageScale } from '../../widgets/hooks/usePageScale.ts'
import { isFinallyCorrect, outcomeText } from './rolloutLabels.ts'
import styles from './RolloutList.module.css'

export interface RolloutListProps {
  readonly total: number
  /** Null where it is not read yet. */
  readonly at: (index: number) => StoredRollout | null
  readonly onShow: (first: number, last: number) => void
  readonly chosen: number
  readonly onChoose: (index: number) => void
}

/** At the usual size of type. */
const rowHeightPx = 44

/** Only the rows in view exist, so that 100,000 rollouts scroll as ten do. */
export function RolloutList({ total, at, onShow, chosen, onChoose }: RolloutListProps): JSX.Element {
  'use no memo' // the virtualizer hands out functions whose answers change with the scroll position
  const box = useRef<HTMLDivElement>(null)
  const scale = usePageScale()
  const virtualizer = useVirtualizer({
    count: total,
    getScrollElement: () => box.current,
    estimateSize: () => scale * rowHeightPx,
    overscan: 10,
  })
  const items = virtualizer.getVirtualItems()
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0]
  useEffect(() => virtualizer.measure(), [scale, virtualizer])
  useEffect(() => onShow(first, last), [first, last, onShow])
  useEffect(() => {
    if (chosen < total) virtualizer.scrollToIndex(chosen)
  }, [chosen, total, virtualizer])
  return (
    <div ref={box} className={`panel ${styles.list}`}>
      <ul className={styles.rows} aria-label="Rollouts" style={{ height: virtualizer.getTotalSize() }}>
        {items.map((item) => (
          <li
            key={item.index}
            className={styles.place}
            aria-setsize={total}
            aria-posinset={item.index + 1}
            style={{ height: item.size, transform: `translateY(${item.start}px)` }}
          >
            <UnstyledButton
              className={styles.row}
              aria-current={item.index === chosen}
              onClick={() => onChoose(item.index)}
            >
              <RowText rollout={at(item.index)} />
            </UnstyledButton>
          </li>
        ))}
      </ul>
    </div>
  )
}

function RowText({ rollout }: { readonly rollout: StoredRollout | null }): JSX.Element {
  if (rollout === null) return <span className="muted">…</span>
  return (
    <>
      <span className={styles.question}>{rollout.question}</span>
      <span className={`tabular ${styles.facts}`}>
        <span className={isFinallyCorrect(rollout) ? styles.good : styles.bad}>{outcomeText(rollout)}</span>
        <span className="muted">
          {rollout.split === 'train' ? '' : `${rollout.split}, `}step {rollout.step}
        </span>
      </span>
    </>
  )
}
