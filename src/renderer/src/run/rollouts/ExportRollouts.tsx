import { Button, Menu } from '@mantine/core'
import { useRef, useState, type JSX } from 'react'
import { formatCount } from '../../../../shared/text/format.ts'
import type { Run } from '../../../../shared/runs/records.ts'
import { errorData } from '../../../../shared/errors/recheckError.ts'
import { useApi } from '../../data/apiContext.ts'
import { useRouteMutation } from '../../data/useRoute.ts'
import { goTo } from '../../data/useRouteTarget.ts'
import { saveFile } from '../../plots/export/savePictures.ts'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'
import { rolloutFile, type RolloutFormat } from './exportRollouts.ts'
import type { RolloutFilter } from './rolloutFilter.ts'

interface ExportRolloutsProps {
  readonly run: Run
  readonly filter: RolloutFilter
  readonly total: number | null
}

/** Saves what the filter lets through, in its order; or begins a run whose warm-up imitates the good ones. */
export function ExportRollouts({ run, filter, total }: ExportRolloutsProps): JSX.Element {
  const { done, problem, save, cancel } = useRolloutFile(run, filter, total ?? 0)
  const imitate = useRouteMutation('rollouts.conversations')
  const beginWarmUp = ({ path }: { readonly path: string }): void =>
    goTo({ page: 'new', likeRunId: run.runId, conversations: path })
  return (
    <>
      {done === null ? (
        <Menu>
          <Menu.Target>
            <Button variant="default" disabled={total === null || total === 0}>
              Export
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => save('jsonl')}>JSONL, one rollout a line</Menu.Item>
            <Menu.Item onClick={() => save('parquet')}>Parquet, a column a field</Menu.Item>
            <Menu.Divider />
            <Menu.Item
              onClick={() => imitate.mutate({ runId: run.runId }, { onSuccess: beginWarmUp })}
              title="All training rollouts that end in a correct answer, with a true verdict and nothing cut"
            >
              Imitate the good ones in a warm-up…
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      ) : (
        <Button variant="default" onClick={cancel}>
          {formatCount(done)} of {formatCount(total ?? 0)}: cancel
        </Button>
      )}
      <ProblemNote problem={problem ?? imitate.error} />
    </>
  )
}

function useRolloutFile(run: Run, filter: RolloutFilter, total: number) {
  const api = useApi()
  const [done, setDone] = useState<number | null>(null)
  const [problem, setProblem] = useState<Error | null>(null)
  const cancelling = useRef<AbortController | null>(null)
  const save = async (format: RolloutFormat): Promise<void> => {
    const { signal } = (cancelling.current = new AbortController())
    setProblem(null)
    setDone(0)
    try {
      const read = async (offset: number, limit: number) =>
        (await api.request('rollouts.list', { runId: run.runId, ...filter, offset, limit }, signal)).rollouts
      const file = await rolloutFile(format, { read, total, onProgress: setDone, signal })
      saveFile(file, `rollouts-${run.runId}.${format}`)
    } catch (thrown) {
      if (!signal.aborted) setProblem(thrown instanceof Error ? thrown : new Error(errorData(thrown).message))
    } finally {
      setDone(null)
    }
  }
  return {
    done,
    problem,
    save: (format: RolloutFormat) => void save(format),
    cancel: () => cancelling.current?.abort(),
  }
}
