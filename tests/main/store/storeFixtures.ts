import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { openForWriting, type Database } from '../../../src/main/store/database.ts'
import { insertRun, type NewRun } from '../../../src/main/store/runs/runStore.ts'
import type { StoredRollout, StoredTurn } from '../../../src/shared/runs/records.ts'
import type { RunEvent } from '../../../src/shared/runs/runEvent.ts'

/** A data folder that goes with the test. */
export function temporaryFolder(t: Pick<TestContext, 'after'>): string {
  const folder = mkdtempSync(join(tmpdir(), 'recheck-test-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function temporaryStore(t: Pick<TestContext, 'after'>): { dataDir: string; db: Database } {
  const dataDir = temporaryFolder(t)
  const db = openForWriting(dataDir)
  t.after(() => db.close())
  return { dataDir, db }
}

export function newRun(runId: string, fields: Partial<NewRun> = {}): NewRun {
  return {
    runId,
    name: `name of ${runId}`,
    stage: 'self-correction',
    config: '{"steps":10}',
    configHash: 'abc',
    totalSteps: 10,
    tags: [],
    notes: '',
    group: null,
    vStarId: null,
    ...fields,
  }
}

export function addRun(db: Database, runId: string, fields: Partial<NewRun> = {}): string {
  insertRun(db, newRun(runId, fields), 1000)
  return runId
}

export function metricsAt(
  step: number,
  values: Record<string, number | null>,
): Extract<RunEvent, { type: 'metrics' }> {
  return {
    type: 'metrics',
    step,
    stepsDone: step + 1,
    timeMs: step * 10,
    tokens: step * 100,
    problems: step * 8,
    values,
  }
}

export function turn(kind: StoredTurn['kind'], fields: Partial<StoredTurn> = {}): StoredTurn {
  return {
    kind,
    promptText: `${kind}?`,
    completionText: `${kind}: 7`,
    answer: kind === 'verdict' ? null : '7',
    isCorrect: true,
    reward: 1,
    turnBaseline: 0.25,
    advantage: 0.75,
    logRatio: -0.125,
    tokens: 5,
    finishReason: 'stop',
    ...fields,
  }
}

export function rollout(step: number, problemId: string, fields: Partial<StoredRollout> = {}): StoredRollout {
  return {
    step,
    split: 'train',
    problemId,
    question: `What is ${problemId}?`,
    knownAnswer: '7',
    subject: null,
    level: null,
    verdict: 'correct',
    turns: [turn('attempt'), turn('verdict')],
    ...fields,
  }
}
