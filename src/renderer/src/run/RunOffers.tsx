import { Modal } from '@mantine/core'
import { useState, type JSX } from 'react'
import type { Run } from '../../../shared/runs/records.ts'
import { formatCount } from '../../../shared/text/format.ts'
import { runTabs } from '../data/routeTarget.ts'
import { useRouteQuery } from '../data/useRoute.ts'
import { goTo } from '../data/useRouteTarget.ts'
import { useOffer, type PageAction } from '../widgets/pageActions.ts'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import { ExportDialog } from './checkpoints/ExportDialog.tsx'
import { useCheckpointWork } from './checkpoints/useCheckpointWork.ts'
import { tabWords } from './tabWords.ts'

/** Offers to the command palette what belongs to a run on whichever of its tabs: places, and its newest checkpoint. */
export function RunOffers({ run }: { readonly run: Run }): JSX.Element | null {
  const { runId } = run
  const checkpoints = useRouteQuery('checkpoints.list', { runId }).data ?? []
  const steps = checkpoints.map(({ step }) => step)
  useOffer([
    {
      id: 'compare',
      label: 'Compare with other runs',
      run: () => goTo({ page: 'compare', runIds: [runId] }),
    },
    ...runTabs.map((tab) => ({
      id: `tab-${tab}`,
      label: `Show ${tabWords[tab]}`,
      run: () => goTo({ page: 'run', runId, tab }),
    })),
  ])
  return steps.length === 0 ? null : <NewestCheckpoint run={run} step={Math.max(...steps)} />
}

function NewestCheckpoint({ run, step }: { readonly run: Run; readonly step: number }): JSX.Element | null {
  const evaluations = useRouteQuery('evaluations.list', { runId: run.runId }).data ?? []
  const isEvaluated = evaluations.some((each) => each.split === 'test' && each.step === step)
  const { evaluate, replay, problem, clear } = useCheckpointWork(run, { step, isEvaluated })
  const [isExporting, setIsExporting] = useState(false)
  const name = `step ${formatCount(step)}`
  const showCheckpoints = (): void => goTo({ page: 'run', runId: run.runId, tab: 'checkpoints' })
  const actions: PageAction[] = [
    { id: 'replay', label: `Replay a problem with ${name}`, run: replay },
    { id: 'export', label: `Export the model of ${name}…`, run: () => setIsExporting(true) },
  ]
  if (evaluate !== null)
    actions.push({
      id: 'evaluate',
      label: `Evaluate ${name} on the test split`,
      run: () => {
        evaluate()
        showCheckpoints()
      },
    })
  useOffer(actions)
  return (
    <>
      {isExporting && <ExportDialog run={run} step={step} onClose={() => setIsExporting(false)} />}
      {problem !== null && (
        <Modal
          opened
          onClose={clear}
          title={`${run.name}: not done`}
          closeButtonProps={{ 'aria-label': 'Close' }}
        >
          <ProblemNote problem={problem} />
        </Modal>
      )}
    </>
  )
}
