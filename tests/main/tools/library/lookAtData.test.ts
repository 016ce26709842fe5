import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { guessColumns } from '../../../../src/main/tools/library/guessColumns.ts'
import { lookAtData } from '../../../../src/main/tools/library/lookAtData.ts'
import { dataOverlap, dataRows } from '../../../../src/main/tools/library/readData.ts'
import { temporaryFolder } from '../../store/storeFixtures.ts'

test('columns are guessed by their names, and not where none looks like an answer', () => {
  assert.deepEqual(guessColumns(['Nr', 'Frage', 'Lösung', 'Fach', 'Stufe']), {
    question: 'Frage',
    answer: 'Lösung',
    subject: 'Fach',
    level: 'Stufe',
  })
  assert.deepEqual(guessColumns(['problem', 'solution', 'answer'])?.answer, 'answer')
  assert.deepEqual(guessColumns(['math_question', 'gold_answer']), {
    question: 'math_question',
    answer: 'gold_answer',
    subject: null,
    level: null,
  })
  assert.equal(guessColumns(['a', 'b']), null)
  assert.equal(guessColumns([]), null)
})

test('a file of one’s own: columns, first rows, problems, and what is odd about it', async (t) => {
  const path = join(temporaryFolder(t), 'q.csv')
  const rows = Array.from({ length: 200 }, (_, index) => `${index} + 1 = ?;${index + 1};plus`)
  writeFileSync(path, ['Frage;Lösung;Fach', ...rows, 'ohne Antwort;;plus', rows[0]].join('\n'))
  const look = await lookAtData({ question: 'data.look', path, columns: null })
  assert.deepEqual(look.columns, ['Frage', 'Lösung', 'Fach'])
  assert.deepEqual(look.rows[1], ['1 + 1 = ?', '2', 'plus'])
  assert.equal(look.rows.length, 5)
  assert.deepEqual(look.problems[1], { question: '1 + 1 = ?', answer: '2', subject: 'plus', level: null })
  assert.deepEqual(look.counts, { rows: 202, used: 200 })
  assert.equal(look.problem, null)
  assert.match(look.notes.join('\n'), /200 of 202 rows make a problem[^]*q\.csv:202[^]*1 rows are copies/)
})

test('what cannot be used is said in the words of `recheck data check`', async (t) => {
  const path = join(temporaryFolder(t), 'q.csv')
  writeFileSync(path, 'Nr,Wert\n1,2\n')
  const guessed = await lookAtData({ question: 'data.look', path, columns: null })
  assert.equal(guessed.chosen, null)
  assert.match(guessed.problem ?? '', /Choose the columns; the file has Nr, Wert/)
  const columns = { question: 'Frage', answer: 'Wert', subject: null, level: null }
  const named = await lookAtData({ question: 'data.look', path, columns })
  assert.match(named.problem ?? '', /q\.csv: expected the column "Frage", got Nr, Wert/)
  assert.deepEqual(named.rows, [['1', '2']])
})

test('rows of a set by search, split, subject; what two sets share, and what of it leaks', async (t) => {
  const [first, second] = [temporaryFolder(t), temporaryFolder(t)]
  const line = (question: string, level: string): string => JSON.stringify({ question, answer: '4', level })
  writeFileSync(join(first, 'train.jsonl'), [line('2 + 2 = ?', 'easy'), line('1 + 3 = ?', 'hard')].join('\n'))
  writeFileSync(join(first, 'test.jsonl'), line('5 - 1 = ?', 'hard'))
  writeFileSync(
    join(second, 'train.jsonl'),
    [line('5 - 1  = ?', 'hard'), line('8 / 2 = ?', 'hard')].join('\n'),
  )
  const setOf = (path: string) => ({ name: path, path, layout: null })
  const all = { search: '', split: null, subject: null, level: null, offset: 0, limit: 10 }
  const rows = await dataRows(setOf(first), all)
  assert.deepEqual(
    [rows.total, rows.splits, rows.levels],
    [3, { train: 2, validation: 0, test: 1 }, ['easy', 'hard']],
  )
  const hard = await dataRows(setOf(first), { ...all, level: 'hard', split: 'train' })
  assert.deepEqual(
    hard.rows.map(({ question }) => question),
    ['1 + 3 = ?'],
  )
  const second1 = await dataRows(setOf(first), { ...all, search: '= ?', offset: 1, limit: 1 })
  assert.deepEqual([second1.total, second1.rows.length], [3, 1])
  const overlap = await dataOverlap(setOf(first), setOf(second))
  assert.deepEqual(overlap, { first: 3, second: 2, shared: 1, leaking: 1, examples: ['5 - 1  = ?'] })
})
