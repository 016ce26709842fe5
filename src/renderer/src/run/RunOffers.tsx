import { useState, type JSX } from 'react'
import type { Run } from '../../../shared/runs/records.ts'
import { formatCount } from '../../../shared/text/format.ts'
import { runTabs } from '../data/routeTarget.ts'
import { useRouteQuery } from '../data/useRoute.ts'
import { goTo } from '../data/useRouteTarget.ts'
import { useOffer, type PageAction } from '../widgets/pageActions.ts'
import { policyOfRun } from '../replay/policyName.ts'
import { EvaluateDialog } from './checkpoints/EvaluateDialog.tsx'
import { ExportDialog } from './checkpoints/ExportDialog.tsx'
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
  const { runId } = run
  const evaluations = useRouteQuery('evaluations.list', { runId }).data ?? []
  const isEvaluated = evaluations.some((each) => each.split === 'test' && each.step === step)
  const [shown, setShown] = useState<'export' | 'evaluate' | null>(null)
  const name = `step ${formatCount(step)}`
  const policies = [policyOfRun(runId, String(step))]
  const actions: PageAction[] = [
    {
      id: 'replay',
      label: `Replay a problem with ${name}`,
      run: () => goTo({ page: 'replay', policies, problem: null }),
    },
    { id: 'export', label: `Export the model of ${name}…`, run: () => setShown('export') },
  ]
  if (!isEvaluated)
    actions.push({
      id: 'evaluate',
      label: `Evaluate ${name} on the test split…`,
      run: () => setShown('evaluate'),
    })
  useOffer(actions)
  const close = (): void => setShown(null)
  return (
    <>
      {shown === 'export' && <ExportDialog run={run} step={step} onClose={close} />}
      {shown === 'evaluate' && <EvaluateDialog run={run} step={step} onClose={close} />}
    </>
  )
}
