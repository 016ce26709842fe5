import { forkRandom } from '../../../core/random.ts'
import type { Evaluation, Run } from '../../../shared/runs/records.ts'
import { placeName } from '../../../shared/runs/remotePlace.ts'
import { groupTrials } from '../../../shared/sweep/groupTrials.ts'
import {
  bestFirst,
  comparePoints,
  pointSummaries,
  summariseSweep,
  type SweepSummary,
  type TrialScore,
} from '../../../shared/sweep/sweepSummary.ts'
import { mostTrials, type SweepPoint } from '../../../shared/sweep/sweepTrials.ts'
import { sweepPace } from '../../../shared/sweep/sweepPace.ts'
import type { SweepKind, SweepPace, SweepView, SweepWork, TrialRow } from '../../../shared/sweep/sweepView.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { runsOfSweep } from '../../owner/sweep/runTrial.ts'
import type { OpenedSweep } from '../../owner/sweep/sweeps.ts'
import { scoreFrom } from '../../owner/sweep/sweepScores.ts'
import type { Database } from '../../store/database.ts'
import { newestEvaluations } from '../../store/evaluationStore.ts'
import { remoteWaits } from '../../store/runs/remoteWaits.ts'
import { listRuns } from '../../store/runs/runStore.ts'

/** A trial with its run, if it has begun. */
export interface TrialRun {
  readonly name: string
  readonly point: SweepPoint
  readonly seed: number
  readonly run: Run | null
}

/** A sweep or a group with all that belongs to it. */
export interface SweepMaterial {
  readonly name: string
  readonly kind: SweepKind
  readonly createdAtMs: number
  readonly opened: OpenedSweep | null
  readonly points: readonly SweepPoint[]
  readonly trials: readonly TrialRun[]
}

/** @throws RecheckError `sweep.unknown` where neither a sweep nor a run has this name */
export function sweepMaterial(db: Database, name: string, opened: OpenedSweep | null): SweepMaterial {
  if (opened === null) return groupMaterial(db, name)
  const { kept, sweep } = opened
  const runs = runsOfSweep(db, name)
  return {
    name,
    opened,
    kind: kept.kind,
    createdAtMs: kept.createdAtMs,
    points: sweep.points,
    trials: sweep.trials.map((trial) => ({ ...trial, run: runs.get(trial.name) ?? null })),
  }
}

function groupMaterial(db: Database, name: string): SweepMaterial {
  const runs = listRuns(db, { group: name, limit: mostTrials })
  const oldest = runs.at(-1)
  if (oldest === undefined)
    throw new RecheckError('sweep.unknown', `There is neither a sweep nor a group of runs “${name}”.`)
  const byId = new Map(runs.map((run) => [run.runId, run]))
  const trials = groupTrials(
    runs
      .toReversed()
      .map(({ runId, name: own, config }) => ({ runId, name: own, config: JSON.parse(config) as unknown })),
  )
  return {
    name,
    kind: 'group',
    opened: null,
    createdAtMs: oldest.createdAtMs,
    points: [...new Set(trials.map(({ point }) => point))],
    trials: trials.map(({ run, point, seed }) => ({
      name: run.name,
      point,
      seed,
      run: byId.get(run.runId) ?? null,
    })),
  }
}

/** What its page shows. The test split is looked at for the best point alone. */
export function sweepView(db: Database, material: SweepMaterial, work: SweepWork): SweepView {
  const { opened, points, trials } = material
  const spec = opened?.kept.spec ?? null
  const place = opened?.kept.place ?? null
  const metric = metricOf(material)
  const evaluations = newestEvaluations(db, material.name)
  const scored = trials.map((trial) => ({ trial, score: finishedScore(evaluations, trial, metric) }))
  const scores = scored.flatMap(({ score }) => score ?? [])
  const random = forkRandom(0, 'sweep summary')
  const summary = summariseSweep(points, scores, (bound) => random.nextInt(bound))
  const waits = remoteWaits(db, material.name)
  return {
    name: material.name,
    kind: material.kind,
    createdAtMs: material.createdAtMs,
    spec,
    metric,
    work,
    engine: place === null ? null : placeName(place),
    parallel: opened?.kept.parallel ?? null,
    trials: scored.map(({ trial, score }) => trialRow(trial, { score, waits })),
    pace: paceOf(material, work),
    points: pointRows(summary),
    bestTest: summary.bestTest,
    importance: summary.importance,
    differences:
      spec?.points === undefined
        ? []
        : comparePoints(points, scores).map(({ point, difference }) => ({ point: point.label, difference })),
  }
}

/** Labels of its points, best first: the view's order without the resampling that the rest of it takes. */
export function rankedLabels(db: Database, material: SweepMaterial): readonly string[] {
  const metric = metricOf(material)
  const evaluations = newestEvaluations(db, material.name)
  const scores = material.trials.flatMap((trial) => finishedScore(evaluations, trial, metric) ?? [])
  return bestFirst(pointSummaries(material.points, scores)).map(({ point }) => point.label)
}

/** Of a sweep that nobody is at work on nothing is expected. */
function paceOf({ trials }: SweepMaterial, { state }: SweepWork): SweepPace | null {
  if (state !== 'running') return null
  const over = trials.filter(({ run }) => run?.status === 'finished' || run?.status === 'failed')
  return sweepPace(
    over.flatMap(({ run }) => run?.endedAtMs ?? []),
    trials.length - over.length,
  )
}

function metricOf({ opened }: SweepMaterial): SweepView['metric'] {
  return opened?.kept.spec.metric ?? 'accuracy/final'
}

function finishedScore(
  evaluations: ReadonlyMap<string, readonly Evaluation[]>,
  trial: TrialRun,
  metric: SweepView['metric'],
): TrialScore | null {
  const { run } = trial
  if (run?.status !== 'finished') return null
  return scoreFrom(evaluations.get(run.runId) ?? [], trial, { run, metric, step: null })
}

function trialRow(
  { name, point, seed, run }: TrialRun,
  found: { readonly score: TrialScore | null; readonly waits: ReadonlyMap<string, string> },
): TrialRow {
  const { score, waits } = found
  return {
    name,
    point: point.label,
    seed,
    runId: run?.runId ?? null,
    status: run?.status ?? null,
    stepsDone: run?.stepsDone ?? null,
    totalSteps: run?.totalSteps ?? null,
    tokens: run?.tokensGenerated ?? null,
    validation: score?.validation ?? null,
    waitsFor: run === null ? null : (waits.get(run.runId) ?? null),
  }
}

function pointRows({ points }: SweepSummary): SweepView['points'] {
  return points.map(({ point, ...row }) => ({ ...row, label: point.label, values: point.values }))
}
