import type { UseMutationResult } from '@tanstack/react-query'
import { useCallback, useMemo, useState } from 'react'
import { parseConfig, type RunConfig } from '../../../shared/config/parseConfig.ts'
import { artifactChoices, type ArtifactChoice } from './artifactChoices.ts'
import type { DraftProblems } from './form/draft.ts'
import { missingPart } from './missingPart.ts'
import { fieldOfError } from './planNotes.ts'
import { planLines, planNotices, type PlanLine } from './plan.ts'
import { estimatePlan, stageOf, type EstimatePlan, type StartKind } from './startKind.ts'
import type { Stage } from '../../../shared/runs/records.ts'
import { errorGroup } from '../../../shared/errors/errorCodes.ts'
import type { Wanted } from '../../../shared/routes/library/fetching.ts'
import type { InputOf, OutputOf } from '../../../shared/routes/contract.ts'
import { errorData } from '../../../shared/errors/recheckError.ts'
import type { ConfigForm } from './form/useConfigForm.ts'
import type { MemoryPlan } from '../../../shared/memoryPlan.ts'
import { goTo } from '../data/useRouteTarget.ts'
import { draftPlace, draftShards, type EngineDraft } from '../widgets/engine/enginePlace.ts'
import { useEngineDraft } from '../widgets/engine/useEngineDraft.ts'
import { usePlanCheck, type PlanAnswer } from './usePlanCheck.ts'
import { answerTo, useRouteMutation, useRouteQuery } from '../data/useRoute.ts'

/** A start in preparation: what it will run, what is in its way, and the start itself. */
export interface RunStart {
  readonly kind: StartKind
  readonly choose: (kind: StartKind) => void
  readonly vStarId: string | null
  readonly chooseVStar: (vStarId: string) => void
  readonly estimate: EstimatePlan & { readonly choices: readonly ArtifactChoice[] }
  readonly lines: readonly PlanLine[]
  /** What the run will need of memory; null before the machine has answered. */
  readonly memory: MemoryPlan | null
  /** It starts though the memory will not do. */
  readonly isForced: boolean
  readonly force: (isForced: boolean) => void
  /** Where it is executed. */
  readonly engine: EngineDraft
  readonly chooseEngine: (engine: EngineDraft) => void
  /** What the machine found in data and model that is no refusal. */
  readonly notices: readonly string[]
  readonly problems: DraftProblems
  /** Columns there are, where the machine did not find those of the config. */
  readonly columns: readonly string[]
  /** What the machine finds wrong, by the field it is about. */
  readonly notes: ReadonlyMap<string, string>
  /** What the config names that is not on this machine and can be fetched; null = nothing. */
  readonly missing: Wanted | null
  /** The machine has found all that the config names. */
  readonly isFound: boolean
  /** The machine's refusal that is about no field. */
  readonly refusal: unknown
  readonly isReady: boolean
  readonly isStarting: boolean
  readonly message: string
  readonly begin: () => void
}

export interface RunStartSetup {
  readonly form: ConfigForm
  /** A YAML text stands there that the form could not take: nobody knows what is to run. */
  readonly isUnread: boolean
  readonly kind: StartKind
  readonly choose: (kind: StartKind) => void
  /** Called with the paths that stand in the way of a start. */
  readonly onRefused: (paths: ReadonlySet<string>) => void
  readonly onStarted: () => void
}

const noNotes: ReadonlyMap<string, string> = new Map()
/** Anything to count with while the config is not valid. */
const anyConfig = parseConfig({}, 'the defaults')

export function useRunStart(setup: RunStartSetup): RunStart {
  const { form, isUnread, kind, choose } = setup
  const { draft, checked } = form
  const stage = stageOf(kind)
  const [vStarId, chooseVStar] = useState<string | null>(null)
  const [isForced, force] = useState(false)
  const { engine, chooseEngine, placeProblem, ...where } = useEngine(kind)
  const hasProblems = checked.byPath.size + checked.general.length > 0
  const answer = usePlanCheck(hasProblems ? null : checked.config, stage)
  const estimate = useEstimate({ form, kind, vStarId, answer })
  const { start, asked, error } = useStartRoute({
    stage,
    draft,
    vStarId: kind === 'stage-2' && estimate.isChosenByHand ? vStarId : null,
    force: isForced,
    ...where,
  })
  const config = checked.config ?? anyConfig
  const { notes, refusal } = usePlaced(error ?? answer.problem, config)
  const isEstimateMissing = estimate.problem !== null
  const inTheWay = usePathsInTheWay({ isUnread, checked, isEstimateMissing, placeProblem })
  const isReady = inTheWay.size === 0
  const begin = useBegin({ setup, start, asked, inTheWay, config })
  const plan = { config, stage, isEstimated: estimate.isThere, check: answer.check, pace: answer.pace }
  return {
    kind,
    choose,
    vStarId,
    chooseVStar,
    estimate,
    notes,
    refusal,
    isReady,
    begin,
    missing: missingPart(error ?? answer.problem),
    isFound: answer.check !== null,
    memory: answer.check?.memory ?? null,
    isForced,
    force,
    engine,
    chooseEngine,
    lines: checked.config === null ? [] : planLines(plan),
    notices: checked.config === null ? [] : planNotices(plan),
    columns: columnsFound(answer.problem),
    problems: checked,
    isStarting: start.isPending,
    message: startWords({
      isUnread,
      wrong: checked.byPath.size + checked.general.length,
      estimate,
      placeProblem,
      answer,
      refused: notes.size > 0 || refusal !== null,
      isUnanswered: isUnanswered(refusal),
    }),
  }
}

/** Where it is executed, as it was chosen last, and what `run.start` is told of it. */
function useEngine(kind: StartKind) {
  const [engine, chooseEngine] = useEngineDraft()
  const read = draftPlace(engine)
  return {
    engine,
    chooseEngine,
    placeProblem: read.problem,
    place: read.problem === null ? read.place : null,
    shards: kind === 'stage-1' ? draftShards(engine) : null,
  }
}

interface BeginSetup {
  readonly setup: RunStartSetup
  readonly start: UseMutationResult<OutputOf<'run.start'>, Error, StartInput>
  /** With the estimate of V* that was chosen by hand; null takes the one that fits. */
  readonly asked: StartInput
  readonly inTheWay: ReadonlySet<string>
  readonly config: RunConfig
}

type StartInput = InputOf<'run.start'>

interface StartSetup {
  readonly stage: Stage
  readonly draft: ConfigForm['draft']
  readonly vStarId: string | null
  readonly force: boolean
  readonly place: StartInput['place']
  readonly shards: StartInput['shards']
}

/** A refused start speaks of what it was given: once that has changed, it says nothing. */
function useStartRoute({ stage, draft, vStarId, force, place, shards }: StartSetup) {
  const start = useRouteMutation('run.start')
  const asked = useMemo(
    (): StartInput => ({ stage, config: { ...draft }, vStarId, force, place, shards }),
    [stage, draft, vStarId, force, place, shards],
  )
  return { start, asked, error: answerTo(start, asked).error }
}

/** The start itself: refused with the paths in its way, or the page of the last run that it made. */
function useBegin({ setup, start, asked, inTheWay, config }: BeginSetup): () => void {
  const { onRefused, onStarted } = setup
  return useCallback((): void => {
    if (start.isPending) return
    if (inTheWay.size > 0) return onRefused(inTheWay)
    start.mutate(asked, {
      onSuccess: ({ runIds }) => {
        onStarted()
        const last = runIds.at(-1)
        if (last !== undefined) goTo({ page: 'run', runId: last, tab: 'plots' })
      },
      onError: (thrown) => onRefused(new Set(placed(thrown, config).notes.keys())),
    })
  }, [start, asked, inTheWay, onRefused, onStarted, config])
}

interface StartObstacles {
  readonly isUnread: boolean
  readonly checked: DraftProblems
  readonly isEstimateMissing: boolean
  readonly placeProblem: string | null
}

function usePathsInTheWay(obstacles: StartObstacles): ReadonlySet<string> {
  const { isUnread, checked, isEstimateMissing, placeProblem } = obstacles
  return useMemo(
    () => pathsInTheWay({ isUnread, checked, isEstimateMissing, placeProblem }),
    [isUnread, checked, isEstimateMissing, placeProblem],
  )
}

function usePlaced(problem: unknown, config: RunConfig): ReturnType<typeof placed> {
  return useMemo(() => placed(problem, config), [problem, config])
}

/** Where a start leads that cannot be made; empty when it can. */
function pathsInTheWay({
  isUnread,
  checked,
  isEstimateMissing,
  placeProblem,
}: StartObstacles): ReadonlySet<string> {
  if (isUnread) return new Set(['yaml'])
  const fields = [...checked.byPath.keys(), ...(checked.general.length > 0 ? ['general'] : [])]
  if (fields.length > 0) return new Set(fields)
  if (isEstimateMissing) return new Set(['vStarId'])
  return new Set(placeProblem === null ? [] : ['place'])
}

function useEstimate({
  form,
  kind,
  vStarId,
  answer,
}: {
  readonly form: ConfigForm
  readonly kind: StartKind
  readonly vStarId: string | null
  readonly answer: PlanAnswer
}): RunStart['estimate'] {
  const artifacts = useRouteQuery('vStar.list', {}).data
  const config = form.checked.config ?? anyConfig
  const { check } = answer
  return useMemo(() => {
    const choices = artifactChoices({ artifacts: artifacts ?? [], config, check })
    return { ...estimatePlan({ kind, vStarId, choices, artifacts: artifacts ?? [], config, check }), choices }
  }, [artifacts, config, check, kind, vStarId])
}

/** An error at its field, or by itself. */
function placed(problem: unknown, config: NonNullable<ConfigForm['checked']['config']>) {
  if (problem === null || problem === undefined) return { notes: noNotes, refusal: null }
  const path = fieldOfError(problem, config)
  if (path === null) return { notes: noNotes, refusal: problem }
  return { notes: new Map([[path, errorData(problem).message]]), refusal: null }
}

/** No word from Recheck is no word about the machine. */
function isUnanswered(refusal: unknown): boolean {
  return refusal !== null && errorGroup(errorData(refusal).code) === 'connection'
}

interface StartFacts {
  readonly isUnread: boolean
  readonly wrong: number
  readonly estimate: EstimatePlan
  readonly placeProblem: string | null
  readonly answer: PlanAnswer
  readonly refused: boolean
  readonly isUnanswered: boolean
}

function startWords(facts: StartFacts): string {
  const { isUnread, wrong, estimate, placeProblem, answer, refused, isUnanswered } = facts
  if (isUnread) return 'The text under “The same as YAML” is not read: mend it, or put the form’s text back.'
  if (wrong > 0) return `${wrong} ${wrong === 1 ? 'field is' : 'fields are'} not valid.`
  if (estimate.problem !== null) return 'A V* estimate is needed.'
  if (placeProblem !== null) return placeProblem
  if (isUnanswered) return 'The config is valid, but Recheck did not answer.'
  if (refused) return 'The config is valid, but this machine cannot run it as it is.'
  return answer.isLooking ? 'The config is valid. Looking at model and data…' : 'The config is valid.'
}

const noColumns: readonly string[] = []

/** The columns of a data file that lacks those that the config names. */
function columnsFound(problem: unknown): readonly string[] {
  const { code, data } = errorData(problem)
  const found: unknown = code === 'data.columns' ? data?.['found'] : null
  return Array.isArray(found) && found.every((each) => typeof each === 'string') ? found : noColumns
}
