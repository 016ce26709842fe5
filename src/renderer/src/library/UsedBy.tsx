import { Anchor, Text } from '@mantine/core'
import type { JSX } from 'react'
import type { UsingRun } from '../../../shared/routes/library/library.ts'
import { formatCount } from '../../../shared/text/format.ts'
import { targetAddress } from '../data/routeTarget.ts'
import styles from './UsedBy.module.css'

/** Links that are drawn; of more, their number. */
const mostShown = 3

/** The runs whose configs name it, newest first. */
export function UsedBy({ runs }: { readonly runs: readonly UsingRun[] }): JSX.Element {
  if (runs.length === 0)
    return (
      <Text fz={12} className="muted">
        no run
      </Text>
    )
  return (
    <div className={styles.runs}>
      {runs.slice(0, mostShown).map(({ runId, name }) => (
        <Anchor
          key={runId}
          fz={12}
          href={targetAddress({ page: 'run', runId, tab: 'plots' })}
          className="one-line"
          title={name}
        >
          {name}
        </Anchor>
      ))}
      {runs.length > mostShown && (
        <Text fz={12} className="muted">
          and {formatCount(runs.length - mostShown)} more
        </Text>
      )}
    </div>
  )
}
