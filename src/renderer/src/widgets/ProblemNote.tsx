import { Alert } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { JSX } from 'react'
import { errorData } from '../../../shared/errors/recheckError.ts'
import styles from './ProblemNote.module.css'

/** An error where it happened, in its own words; stays until it no longer holds. */
export function ProblemNote({ problem }: { readonly problem: unknown }): JSX.Element | null {
  if (problem === null || problem === undefined) return null
  return (
    <Alert color="red" icon={<IconAlertTriangle size={18} />} p="sm" role="alert" className={styles.note}>
      {errorData(problem).message}
    </Alert>
  )
}
