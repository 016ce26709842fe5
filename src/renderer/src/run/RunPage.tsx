import { Tabs } from '@mantine/core'
import { useMemo, type JSX } from 'react'
import type { Run } from '../../../shared/runs/records.ts'
import { CheckpointsTab } from './checkpoints/CheckpointsTab.tsx'
import { ConfigTab } from './ConfigTab.tsx'
import { EvaluationsTab } from './evaluations/EvaluationsTab.tsx'
import { EventsTab } from './EventsTab.tsx'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import { RolloutsTab } from './rollouts/RolloutsTab.tsx'
import { VStarTab } from './vStar/VStarTab.tsx'
import { AlarmsTab } from './alarms/AlarmsTab.tsx'
import { RunAlarms } from './alarms/RunAlarms.tsx'
import { RunHead } from './RunHead.tsx'
import { RunOffers } from './RunOffers.tsx'
import { tabWords } from './tabWords.ts'
import { PanelPlots } from './panels/PanelPlots.tsx'
import { ImportedPlots, MorePlots } from './RunPlots.tsx'
import { goTo } from '../data/useRouteTarget.ts'
import { useRouteQuery } from '../data/useRoute.ts'
import { useShortcuts } from '../widgets/hooks/useShortcuts.ts'
import { runTabs, type RunTab, type RunTarget } from '../data/routeTarget.ts'
import { Loading } from '../widgets/Loading.tsx'

export function RunPage({ runId, tab, query = '' }: Omit<RunTarget, 'page'>): JSX.Element {
  const run = useRouteQuery('run.get', { runId })
  useShortcuts(
    useMemo(
      () =>
        Object.fromEntries(
          runTabs.map((each, index) => [String(index + 1), () => goTo({ page: 'run', runId, tab: each })]),
        ),
      [runId],
    ),
  )
  // what was read stays, with all that is being typed beside it
  if (run.data === undefined)
    return run.error === null ? <Loading what="Reading the run…" /> : <ProblemNote problem={run.error} />
  return (
    <div className="page page-scroll">
      <ProblemNote problem={run.error} />
      <RunHead run={run.data} />
      {run.data.deletedAtMs === null && <RunOffers run={run.data} />}
      <RunAlarms run={run.data} tab={tab} />
      <Tabs
        value={tab}
        onChange={(next) => goTo({ page: 'run', runId, tab: (next ?? 'plots') as RunTab })}
        keepMounted={false}
      >
        <Tabs.List mb={6}>
          {runTabs.map((each) => (
            <Tabs.Tab key={each} value={each}>
              {tabWords[each]}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {runTabs.map((each) => (
          <Tabs.Panel key={each} value={each}>
            <TabContent run={run.data} tab={each} query={query} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </div>
  )
}

interface TabContentProps {
  readonly run: Run
  readonly tab: RunTab
  readonly query: string
}

function TabContent({ run, tab, query }: TabContentProps): JSX.Element {
  switch (tab) {
    case 'plots':
      return run.stage === 'imported' ? <ImportedPlots run={run} /> : <PanelPlots run={run} query={query} />
    case 'metrics':
      return <MorePlots run={run} />
    case 'rollouts':
      return <RolloutsTab run={run} query={query} />
    case 'vStar':
      return <VStarTab run={run} query={query} />
    case 'evaluations':
      return <EvaluationsTab run={run} />
    case 'config':
      return <ConfigTab run={run} />
    case 'checkpoints':
      return <CheckpointsTab run={run} />
    case 'alarms':
      return <AlarmsTab run={run} />
    case 'events':
      return <EventsTab run={run} />
  }
}
