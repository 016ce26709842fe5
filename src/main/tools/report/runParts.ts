import { valueAtPath } from '../../../shared/config/fields.ts'
import { configDifferences } from '../../../shared/config/layers.ts'
import { pastText, warningsOf } from '../../../shared/runs/alarms.ts'
import type { Run, StoredRollout } from '../../../shared/runs/records.ts'
import { missing } from '../../../shared/text/format.ts'
import type { Database } from '../../store/database.ts'
import { readLog } from '../../store/eventLog.ts'
import { readRollouts } from '../../store/rollouts/rolloutQuery.ts'
import type { Block } from './document.ts'

const mostLogEntries = 10_000
/** Rollouts of each kind of change. */
const shownRollouts = 3

/** Config fields in which the runs differ, a column a run. */
export function differences(runs: readonly Run[]): Block {
  const configs = runs.map(({ config }) => JSON.parse(config) as unknown)
  const paths = [
    ...new Set(configs.flatMap((config) => configDifferences(configs[0], config).map(({ path }) => path))),
  ]
  return paths.length === 0
    ? { kind: 'text', text: 'Nothing.' }
    : {
        kind: 'table',
        titles: ['field'].concat(runs.map(({ name }) => name)),
        rows: paths.map((path) =>
          [path].concat(configs.map((config) => JSON.stringify(valueAtPath(config, path) ?? null))),
        ),
      }
}

/** The newest rollouts in which revising helped, and in which it harmed. */
export function changedRollouts(db: Database, { runId }: Run): Block[] {
  const blocks = (['wrong-to-right', 'right-to-wrong'] as const).flatMap((outcome): Block[] => {
    const { total } = readRollouts(db, { runId, outcomes: [outcome] }, { offset: 0, limit: 0 })
    const offset = Math.max(0, total - shownRollouts)
    const { rollouts } = readRollouts(db, { runId, outcomes: [outcome] }, { offset, limit: shownRollouts })
    return rollouts.map((rollout) => ({
      kind: 'code',
      title: `${outcome === 'wrong-to-right' ? 'Corrected' : 'Spoilt'} at step ${rollout.step}: ${rollout.question.slice(0, 80)}`,
      text: conversationText(rollout),
    }))
  })
  if (blocks.length === 0) return []
  return [{ kind: 'heading', level: 3, text: 'Rollouts that changed' }, ...blocks]
}

function conversationText({ question, knownAnswer, turns }: StoredRollout): string {
  return [`Problem: ${question}`, `Known answer: ${knownAnswer}`]
    .concat(
      turns.map(
        ({ kind, completionText, isCorrect }) =>
          `\n${kind}, ${isCorrect ? 'correct' : 'wrong'}:\n${completionText}`,
      ),
    )
    .join('\n')
}

export function alarms(db: Database, { runId }: Run): Block[] {
  const warnings = warningsIn(db, runId)
  return [
    { kind: 'heading', level: 3, text: 'Alarms and warnings' },
    warnings.length === 0
      ? { kind: 'text', text: 'None.' }
      : {
          kind: 'table',
          titles: ['what', 'remedy'],
          rows: warnings.map((each) => [pastText(each), each.remedy ?? missing]),
        },
  ]
}

/** Of a run's whole log. */
export function warningsIn(db: Database, runId: string): ReturnType<typeof warningsOf> {
  return warningsOf(readLog(db, runId, { after: 0, limit: mostLogEntries }))
}
