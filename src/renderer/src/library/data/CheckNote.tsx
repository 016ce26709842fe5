import { Text } from '@mantine/core'
import type { JSX } from 'react'
import { useRouteQuery } from '../../data/useRoute.ts'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'
import styles from './CheckNote.module.css'

/** What a check of every row of a data set has found. */
export function CheckNote({ name }: { readonly name: string }): JSX.Element {
  const check = useRouteQuery('data.check', { name })
  const { data } = check
  const problem = data?.problem ?? null
  return (
    <>
      {data !== undefined && (
        <ul className={styles.found} aria-label="What the check found">
          {data.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
      {data === undefined && check.error === null && (
        <Text fz={12} className="muted" role="status">
          Checking every row…
        </Text>
      )}
      <ProblemNote problem={check.error ?? (problem === null ? null : new Error(problem))} />
    </>
  )
}
