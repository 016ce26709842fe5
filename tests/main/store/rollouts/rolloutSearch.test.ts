import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { RolloutPages } from '../../../../src/main/api/rolloutPage.ts'
import type { Database } from '../../../../src/main/store/database.ts'
import { openBatchWriter } from '../../../../src/main/store/batchStore.ts'
import { rolloutChoices, searchRollouts } from '../../../../src/main/store/rollouts/rolloutSearch.ts'
import type { StoredRollout } from '../../../../src/shared/runs/records.ts'
import { rolloutRoutes } from '../../../../src/shared/routes/rollouts.ts'
import { addRun, rollout, temporaryStore, turn } from '../storeFixtures.ts'

const never = new AbortController().signal
const inputOf = (asked: object) => rolloutRoutes['rollouts.list'].input.parse({ runId: 'r', ...asked })

/** Ids of the problems of the first page, in its order. */
async function problemsOf(db: Database, asked: object): Promise<string> {
  const { rollouts } = await new RolloutPages(db).read(inputOf({ limit: 500, ...asked }), never)
  return rollouts.map(({ problemId }) => problemId).join('')
}

function store(db: Database, rollouts: readonly StoredRollout[], sequence = 1): void {
  const batch = { runId: 'r', sequence, events: [{ type: 'rollouts', rollouts }] } as const
  openBatchWriter(db, 'r').store(batch, 1000)
}

const wrong = { isCorrect: false, reward: 0 } as const

/**
 * a: kept; b: mended; c: spoilt, cut; d: unparsed; e: validation, no verdict. Another run has one of its own.
 */
function fiveRollouts(t: TestContext): Database {
  const { db } = temporaryStore(t)
  addRun(db, 'r')
  addRun(db, 'other')
  store(db, [
    rollout(0, 'a', { subject: 'algebra' }),
    rollout(0, 'b', {
      verdict: 'wrong',
      turns: [
        turn('attempt', { ...wrong, completionText: '100% sure_', advantage: -0.5, tokens: 9 }),
        turn('verdict', { logRatio: 0.25 }),
        turn('revision', { tokens: 20, reward: 3 }),
      ],
    }),
    rollout(1, 'c', {
      subject: 'zeta',
      verdict: 'wrong',
      turns: [
        turn('attempt', { advantage: null, logRatio: null }),
        turn('verdict', { ...wrong, advantage: null, logRatio: null }),
        turn('revision', { ...wrong, finishReason: 'length', advantage: null, logRatio: null, tokens: 50 }),
      ],
    }),
    rollout(2, 'd', {
      verdict: 'unparsed',
      question: 'Which SHEEP?',
      turns: [turn('attempt', wrong), turn('verdict', wrong)],
    }),
    rollout(2, 'e', { split: 'validation', verdict: null, turns: [turn('attempt')] }),
  ])
  const batch = {
    runId: 'other',
    sequence: 1,
    events: [{ type: 'rollouts', rollouts: [rollout(0, 'x')] }],
  } as const
  openBatchWriter(db, 'other').store(batch, 1000)
  return db
}

test('each filter lets through what it names, and both together', async (t) => {
  const db = fiveRollouts(t)
  const cases: readonly (readonly [object, string])[] = [
    [{}, 'abcde'],
    [{ descending: true }, 'edcba'],
    [{ split: 'validation' }, 'e'],
    [{ step: 2 }, 'de'],
    [{ outcome: 'wrong-to-right' }, 'b'],
    [{ outcome: 'right-to-wrong' }, 'c'],
    [{ outcome: 'not-revised' }, 'ade'],
    [{ verdict: 'wrong' }, 'bc'],
    [{ verdict: 'unparsed' }, 'd'],
    [{ verdict: 'none' }, 'e'],
    [{ truncated: true }, 'c'],
    [{ truncated: false }, 'abde'],
    [{ problemId: 'b' }, 'b'],
    [{ problemId: 'x' }, ''],
    [{ subject: 'zeta' }, 'c'],
    [{ turn: 'revision' }, 'bc'],
    [{ turn: 'revision', minReward: 3 }, 'b'],
    [{ minReward: 1, maxReward: 1 }, 'ce'],
    [{ maxReward: 0 }, 'd'],
    [{ verdict: 'wrong', truncated: true, text: 'c' }, 'c'],
  ]
  for (const [asked, expected] of cases)
    assert.equal(await problemsOf(db, asked), expected, JSON.stringify(asked))
})

test('text is looked for in turns, question and known answer, literally; a turn alone in that turn', async (t) => {
  const db = fiveRollouts(t)
  for (const [asked, expected] of [
    [{ text: '100%' }, 'b'],
    [{ text: '%' }, 'b'],
    [{ text: '_' }, 'b'],
    [{ text: 'SURE' }, 'b'],
    [{ text: 'sheep' }, 'd'],
    [{ text: 'revision:' }, 'bc'],
    [{ text: 'revision:', turn: 'attempt' }, ''],
    [{ text: '\\' }, ''],
  ] as const)
    assert.equal(await problemsOf(db, asked), expected, JSON.stringify(asked))
})

test('orders: sums over the turns or of one turn; those without a number come last either way', async (t) => {
  const db = fiveRollouts(t)
  for (const [asked, expected] of [
    // sums: a 2, b 4, c 1, d 0, e 1; equal ones as they were made
    [{ sort: 'reward' }, 'dceab'],
    [{ sort: 'reward', descending: true }, 'baced'],
    // a 10, b 34, c 60, d 10, e 5
    [{ sort: 'tokens', descending: true }, 'cbade'],
    [{ sort: 'tokens', turn: 'revision' }, 'bc'],
    // a 1.5, b −0.5 + 0.75 + 0.75, d 1.5, e 0.75, c none
    [{ sort: 'advantage' }, 'ebadc'],
    [{ sort: 'advantage', descending: true }, 'adbec'],
    [{ sort: 'logRatio', turn: 'verdict', descending: true }, 'badc'],
  ] as const)
    assert.equal(await problemsOf(db, asked), expected, JSON.stringify(asked))
})

test('pages are cut from one search, which is made anew once rollouts have come', async (t) => {
  const db = fiveRollouts(t)
  const pages = new RolloutPages(db)
  const page = async (offset: number) => {
    const { total, rollouts } = await pages.read(inputOf({ sort: 'tokens', offset, limit: 2 }), never)
    return `${total} ${rollouts.map(({ problemId }) => problemId).join('')}`
  }
  assert.deepEqual(
    [await page(0), await page(2), await page(4), await page(6)],
    ['5 ea', '5 db', '5 c', '5 '],
  )
  store(db, [rollout(3, 'f', { turns: [turn('attempt', { tokens: 1 })] })], 2)
  assert.deepEqual([await page(0), await page(4)], ['6 fe', '6 bc'])
})

test('a search that everybody has left is ended; one that another waits for goes on', async (t) => {
  const { db } = temporaryStore(t)
  addRun(db, 'r')
  store(
    db,
    Array.from({ length: 3000 }, (_, index) => rollout(0, `p${index % 7}`)),
  )
  const pages = new RolloutPages(db)
  const read = (leaving: AbortController) =>
    pages.read(inputOf({ text: 'attempt', limit: 1 }), leaving.signal)
  const [first, second, alone] = [new AbortController(), new AbortController(), new AbortController()]
  const both = [read(first), read(second)]
  first.abort()
  assert.equal((await both[1])?.total, 3000)
  const left = pages.read(inputOf({ text: 'verdict', limit: 1 }), alone.signal)
  alone.abort()
  await assert.rejects(left, { name: 'AbortError' })
  await assert.rejects(searchRollouts(db, inputOf({ text: 'a' }), AbortSignal.abort()), {
    name: 'AbortError',
  })
})

test('a run’s choices are its own', (t) => {
  const db = fiveRollouts(t)
  assert.deepEqual(rolloutChoices(db, 'r'), {
    splits: ['train', 'validation'],
    subjects: ['algebra', 'zeta'],
  })
  assert.deepEqual(rolloutChoices(db, 'other'), { splits: ['train'], subjects: [] })
})
