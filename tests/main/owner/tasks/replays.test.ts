import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Replays } from '../../../../src/main/owner/tasks/replays.ts'
import { readRollouts } from '../../../../src/main/store/rollouts/rolloutQuery.ts'
import type { ParsedInputOf } from '../../../../src/shared/routes/contract.ts'
import type { ReplayEvent } from '../../../../src/shared/routes/replay.ts'
import { temporaryFolder, temporaryStore } from '../../store/storeFixtures.ts'
import { realOwner, realRun } from '../realRuns/realRuns.ts'

const asked: ParsedInputOf<'replay.run'> = {
  replayId: 'one',
  policies: [{ model: 'builtin' }],
  question: 'What is 12 + 34?',
  knownAnswer: '46',
  sampling: { temperature: 0, topP: 1, topK: 0, maxCompletionTokens: 24, seed: 0 },
  alwaysRevise: true,
}

/** What a page that hears only the events has on its screen in the end. */
function textsOf(events: readonly ReplayEvent[], policy: number): readonly string[] {
  const texts: string[] = []
  for (const event of events) {
    if (event.policy !== policy) continue
    if (event.type === 'turn') texts.push('')
    if (event.type === 'text') texts.push((texts.pop() ?? '') + event.text)
  }
  return texts
}

test('a replay tells three turns token by token, and answers with the same text, graded', async (t) => {
  const replays = new Replays({ nodePath: process.execPath, ...temporaryStore(t) })
  const told: ReplayEvent[][] = []
  const [turns = []] = await replays.run(asked, (events) => told.push([...events]), t.signal)
  assert.deepEqual(
    turns.map(({ kind }) => kind),
    ['attempt', 'verdict', 'revision'],
  )
  const events = told.flat()
  assert.deepEqual(
    textsOf(events, 0),
    turns.map(({ completionText }) => completionText),
  )
  assert.ok(told.length > 1, 'while it is under way, not all at its end')
  const graded = events.flatMap((event) => (event.type === 'graded' ? [event.turn] : []))
  assert.deepEqual(graded, turns)
  const [attempt, verdict] = turns
  assert.match(attempt?.promptText ?? '', /What is 12 \+ 34\?/)
  assert.equal(attempt?.isCorrect, attempt?.answer === '46')
  assert.equal(verdict?.isCorrect, verdict?.verdict === (attempt?.isCorrect === true ? 'correct' : 'wrong'))
})

test('without a known answer nothing is right or wrong, and the verdict is still read', async (t) => {
  const replays = new Replays({ nodePath: process.execPath, ...temporaryStore(t) })
  const [turns = []] = await replays.run({ ...asked, knownAnswer: null }, () => undefined, t.signal)
  assert.deepEqual(
    turns.map(({ isCorrect }) => isCorrect),
    [null, null, null],
  )
  assert.ok(turns[1]?.verdict !== null)
})

test('whoever leaves ends the process; the next one has its turn', async (t) => {
  const replays = new Replays({ nodePath: process.execPath, ...temporaryStore(t) })
  const leaving = new AbortController()
  const left = replays.run(asked, () => leaving.abort(), leaving.signal)
  await assert.rejects(left, { code: 'inquiry.abandoned' })
  assert.equal((await replays.run(asked, () => undefined, t.signal)).length, 1)
})

test('a checkpoint beside the model it began from: the same draws, and an unknown step is refused by name', async (t) => {
  const owner = await realOwner(t, temporaryFolder(t))
  const { runId } = realRun(owner, { steps: 2, optimizer: { learningRate: 0.01 } })
  owner.start(runId)
  await owner.whenEnded(runId)
  const [rollout] = readRollouts(owner.db, { runId, split: 'test' }, { offset: 0, limit: 1 }).rollouts
  assert.ok(rollout !== undefined)
  const { question, knownAnswer } = rollout
  const run = (steps: readonly (number | null)[]): ReturnType<Replays['run']> => {
    const policies = steps.map((step) => ({ runId, step }))
    return owner.workshop.replays.run(
      { ...asked, question, knownAnswer, policies },
      () => undefined,
      t.signal,
    )
  }
  const [trained, before] = await run([2, null])
  assert.notDeepEqual(trained, before, 'two steps at so high a rate leave no text as it was')
  assert.deepEqual(await run([null]), [before], 'alone as beside another')
  await assert.rejects(run([7]), {
    code: 'checkpoint.unknown',
    message: /no checkpoint of step 7 .* steps: 2/,
  })
})
