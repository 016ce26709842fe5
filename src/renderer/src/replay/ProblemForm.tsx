import { Group, Select, Textarea, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useState, type JSX } from 'react'
import type { MetProblem } from '../../../shared/routes/replay.ts'
import { shortened } from '../../../shared/plots/textFit.ts'
import { formatCount } from '../../../shared/text/format.ts'
import { useRouteQuery } from '../data/useRoute.ts'
import styles from './ProblemForm.module.css'

export interface TypedProblem {
  readonly question: string
  /** '' = not known. */
  readonly answer: string
}

export interface ProblemFormProps {
  readonly problem: TypedProblem
  /** Whose problems can be picked; null = of no run. */
  readonly runId: string | null
  /** Of the one that was picked. */
  readonly problemId: string | null
  readonly onType: (problem: TypedProblem) => void
  readonly onPick: (problemId: string) => void
}

/** What the policies are asked: picked from those that a run has met, or typed. */
export function ProblemForm({ problem, runId, problemId, onType, onPick }: ProblemFormProps): JSX.Element {
  return (
    <div className={styles.fields}>
      {runId !== null && <ProblemPicker runId={runId} problemId={problemId} onPick={onPick} />}
      <Textarea
        label="Problem"
        description="As the data set would ask it; the run’s template is put around it."
        placeholder="What is 47 + 38?"
        autosize
        minRows={2}
        maxRows={8}
        value={problem.question}
        onChange={(event) => onType({ ...problem, question: event.currentTarget.value })}
      />
      <TextInput
        label="Known answer"
        description="Without one nothing is graded; the verdict is still read."
        value={problem.answer}
        onChange={(event) => onType({ ...problem, answer: event.currentTarget.value })}
      />
    </div>
  )
}

interface ProblemPickerProps {
  readonly runId: string
  readonly problemId: string | null
  readonly onPick: (problemId: string) => void
}

/** Of a question in the list, px. */
const questionWidth = 420

function ProblemPicker({ runId, problemId, onPick }: ProblemPickerProps): JSX.Element | null {
  const [typed, setTyped] = useState('')
  const [search] = useDebouncedValue(typed, 200)
  const found = useRouteQuery('problems.list', { runId, search }, { keepPreviousOf: ['runId'] }).data
  const problems = found?.problems ?? []
  if (found?.total === 0 && search === '') return null
  const label = (each: MetProblem): string =>
    shortened(each.question.replaceAll(/\s+/g, ' '), questionWidth, 13)
  return (
    <Group gap={8} align="flex-end" wrap="nowrap">
      <Select
        label="Pick a problem of the run"
        placeholder={found === undefined ? 'Reading…' : `Search ${formatCount(found.total)} problems`}
        searchable
        data={problems.map((each) => ({ value: each.problemId, label: label(each) }))}
        // the owner has searched: what it found is all shown
        filter={({ options }) => options}
        value={problemId}
        searchValue={typed}
        onSearchChange={setTyped}
        onChange={(chosen) => chosen !== null && onPick(chosen)}
        nothingFoundMessage="No problem of the run has this in it"
        className={styles.choice}
      />
    </Group>
  )
}
