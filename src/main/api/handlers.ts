import type { ConfigLayer } from '../../shared/config/layers.ts'
import { parseConfig, type RunConfig } from '../../shared/config/parseConfig.ts'
import type { AppInfo } from '../../shared/routes/app.ts'
import type { OwnerHandlers, RequestContext, StoreEvent } from '../../shared/routes/contract.ts'
import { metricsCsv } from '../tools/metricsCsv.ts'
import { writeRolloutConversations } from '../tools/rolloutConversations.ts'
import { formNames, placeOf } from '../owner/engines/placeOf.ts'
import type { Owner } from '../owner/owner.ts'
import type { Sweeps } from '../owner/sweep/sweeps.ts'
import { checkedPlan, startRun } from '../owner/startRuns.ts'
import { vStarHistogram, vStarProblems, vStarSamples } from '../tools/vStarHistogram.ts'
import { readCheckpoints } from '../store/checkpointStore.ts'
import { readLog } from '../store/eventLog.ts'
import { readMachineHistory } from '../store/machineStore.ts'
import { listSeries, readRange } from '../store/metrics/metricQuery.ts'
import { rolloutChoices } from '../store/rollouts/rolloutSearch.ts'
import { deleteRun, labelRun, restoreRun } from '../store/runs/runLabels.ts'
import { listRunLines, readRunValues } from '../store/runs/runList.ts'
import { findPace } from '../store/runs/runPace.ts'
import { readRun, runsWithStatus } from '../store/runs/runStore.ts'
import { withStoreErrorsLater } from '../store/storeError.ts'
import { listVStars } from '../store/vStarStore.ts'
import { fetchHandlers, type FetchRoute } from './fetchHandlers.ts'
import { hubHandlers, type HubRoute } from './hubHandlers.ts'
import { libraryHandlers, type LibraryRoute } from './libraryHandlers.ts'
import { policyHandlers, type PolicyRoute } from './policyHandlers.ts'
import type { ProgressBoard } from './progressBoard.ts'
import { reportHandlers, type ReportRoute } from './reportHandlers.ts'
import { RolloutPages } from './rolloutPage.ts'
import { sweepHandlers, type SweepRoute } from './sweepHandlers.ts'
import { MachineTelemetry } from '../owner/processes/machineTelemetry.ts'

export interface HandlersSetup {
  readonly owner: Owner
  readonly info: () => Promise<AppInfo>
  readonly progress: ProgressBoard
  readonly nowMs: () => number
  /** An event to all pages. */
  readonly tell: (event: StoreEvent) => void
  /** Those that this process runs. */
  readonly sweeps: Sweeps
}

/** Every route answered by the owner of this process. */
export function createHandlers(setup: HandlersSetup): OwnerHandlers {
  return namingTheStore(
    {
      ...runHandlers(setup),
      ...readingHandlers(setup),
      ...policyHandlers(setup),
      ...reportHandlers(setup),
      ...libraryHandlers(setup),
      ...fetchHandlers(setup),
      ...hubHandlers(setup),
      ...sweepHandlers(setup),
    },
    setup.owner.db.name,
  )
}

/** What SQLite refuses is told with the path of the store, whichever route met it. */
function namingTheStore(handlers: OwnerHandlers, path: string): OwnerHandlers {
  const named = Object.entries(handlers).map(([route, handler]) => {
    const answer = handler as (input: unknown, context: RequestContext) => Promise<unknown>
    return [
      route,
      (input: unknown, context: RequestContext) => withStoreErrorsLater(path, () => answer(input, context)),
    ]
  })
  return Object.fromEntries(named) as OwnerHandlers
}

type RunRoutes =
  | 'run.start'
  | 'run.stop'
  | 'run.pause'
  | 'run.resume'
  | 'run.extend'
  | 'run.update'
  | 'run.delete'
  | 'run.restore'
  | 'rollouts.conversations'

/** What changes something. */
function runHandlers({ owner, nowMs }: HandlersSetup): Pick<OwnerHandlers, RunRoutes> {
  return {
    'run.start': async ({ place: asked, ...input }) => {
      const place = asked === null ? null : placeOf(asked, formNames)
      // bad input makes no run, and neither does a cluster that is not there
      if (place !== null) await owner.engines.check(place)
      const { runId } = await startRun(owner, checkedPlan({ ...input, place, source: 'the form' }))
      return { runIds: [runId] }
    },
    'run.stop': async ({ runId, when }) => done(await owner.stop(runId, when)),
    'run.pause': async ({ runId, freeDevice }) => done(await owner.pause(runId, freeDevice)),
    'run.resume': async ({ runId, change }) => done(await owner.resume(runId, change)),
    'run.extend': async ({ runId, steps }) => done(owner.extend(runId, steps)),
    'run.update': async ({ runId, ...labels }) => labelRun(owner.db, runId, withoutUndefined(labels)),
    'run.delete': async ({ runIds }) => {
      owner.db.transaction(() => runIds.forEach((runId) => deleteRun(owner.db, runId, nowMs())))()
      return null
    },
    'run.restore': async ({ runIds }) => {
      owner.db.transaction(() => runIds.forEach((runId) => restoreRun(owner.db, runId)))()
      return null
    },
    'rollouts.conversations': async ({ runId }, { signal }) =>
      writeRolloutConversations(owner.db, owner.dataDir, readRun(owner.db, runId).runId, signal),
  }
}

/** What only reads. */
function readingHandlers({
  owner,
  info,
  progress,
  nowMs,
}: HandlersSetup): Omit<
  OwnerHandlers,
  RunRoutes | PolicyRoute | ReportRoute | LibraryRoute | FetchRoute | HubRoute | SweepRoute
> {
  const { db, inquiries } = owner
  const rollouts = new RolloutPages(db)
  const telemetry = new MachineTelemetry()
  return {
    'app.info': info,
    'engine.check': async ({ place }) => ({ message: await owner.engines.check(placeOf(place, formNames)) }),
    'run.place': async ({ runId }) => owner.engines.placeOfRun(runId),
    'run.output': async (job) => ({ text: await owner.engines.output(job) }),
    'app.telemetry': async () => telemetry.read(runsWithStatus(db, ['running', 'paused']), nowMs()),
    'run.list': async (query) => listRunLines(db, query),
    'run.values': async ({ names, ...part }) => readRunValues(db, part, names),
    'run.get': async ({ runId }) => readRun(db, runId),
    'run.progress': async ({ runId }) => progress.of(runId),
    'run.log': async ({ runId, afterSequence, limit }) => readLog(db, runId, { after: afterSequence, limit }),
    'machine.read': async ({ runId, buckets }) => readMachineHistory(db, runId, buckets),
    'metrics.names': async ({ runId }) => listSeries(db, runId).map((series) => series.name),
    'metrics.range': async ({ names, ...query }) => names.map((name) => readRange(db, { ...query, name })),
    'metrics.csv': async ({ runId }) => ({ csv: metricsCsv(db, readRun(db, runId)) }),
    'rollouts.list': async (input, { signal }) => rollouts.read(input, signal),
    'rollouts.choices': async ({ runId }) => rolloutChoices(db, runId),
    'vStar.list': async () => listVStars(db),
    'vStar.histogram': async (wanted) => vStarHistogram(db, wanted),
    'vStar.problems': async (wanted) => vStarProblems(db, wanted),
    'vStar.samples': async (wanted) => vStarSamples(db, wanted),
    'checkpoints.list': async ({ runId }) => readCheckpoints(db, runId),
    'plan.check': async ({ stage, config }, { signal }) =>
      inquiries.plan(stage, parseConfig(config, 'the config'), signal),
    'plan.pace': async ({ config }) => findPace(db, paced(config)),
    'template.preview': async ({ config }, { signal }) =>
      inquiries.preview(parseConfig(config, 'the config'), signal),
  }
}

/** As the row of a run would have it. @throws RecheckError `config.*` */
function paced(config: ConfigLayer): RunConfig {
  const plan = { stage: 'self-correction', config, source: 'the form', vStarId: null, group: null } as const
  return checkedPlan(plan).config
}

function done(_nothing: void): null {
  return null
}

/** A field that was left out is absent, not undefined: it must not overwrite what is stored. */
function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}
