import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { loadRunProblems, withAvailableSource } from '../../../src/main/run/problems.ts'
import { parseConfig } from '../../../src/shared/config/parseConfig.ts'

const folder = await mkdtemp(join(tmpdir(), 'recheck-run-problems-'))
after(() => rm(folder, { recursive: true }))

const sizes = { train: 4, validation: 2, test: 3 }
const configOf = (data: object) => parseConfig({ data: { ...sizes, ...data } }, 'test')

test('arithmetic problems need no files', async () => {
  const { splits, marker, note } = await loadRunProblems(configOf({ source: 'arithmetic' }), folder)
  assert.deepEqual([splits.train.length, splits.validation.length, splits.test.length], [4, 2, 3])
  assert.deepEqual([marker, note], ['hash', null])
})

test('a file’s relative path starts in the working folder; bad rows are noted', async () => {
  const rows = Array.from({ length: 150 }, (_, i) =>
    JSON.stringify({ question: `Is ${i} even?`, answer: i % 2 ? 'no' : 'yes' }),
  )
  await writeFile(join(folder, 'mine.jsonl'), [...rows, 'no row'].join('\n'))
  const { splits, marker, note } = await loadRunProblems(configOf({ source: { path: 'mine.jsonl' } }), folder)
  assert.deepEqual([splits.train.length, splits.validation.length, splits.test.length], [4, 2, 3])
  assert.equal(marker, 'boxed')
  assert.match(
    note ?? '',
    /^1 of 151 rows of .*mine\.jsonl are left out: 1 cannot be used \(not JSON: mine\.jsonl:151\)$/,
  )
})

test('a missing source stops the run, or arithmetic stands in and the run says so', async () => {
  const source = { path: 'nowhere.jsonl' }
  await assert.rejects(
    loadRunProblems(configOf({ source }), folder),
    /nowhere\.jsonl: no such file or folder/,
  )
  const asked = configOf({ source, fallback: 'arithmetic' })
  const { config, note } = await withAvailableSource(asked, folder)
  assert.match(note ?? '', /nowhere\.jsonl: no such file.*this run uses arithmetic problems instead/)
  const { splits, marker } = await loadRunProblems(config, folder)
  assert.equal(marker, 'hash')
  assert.ok(splits.train.every(({ level }) => level === 'starter'))
  // once it is settled what a run is named after, nothing stands in for it
  await assert.rejects(loadRunProblems(asked, folder), { code: 'data.missing' })
})

test('a source that is there but wrong is not replaced by arithmetic', async () => {
  await writeFile(join(folder, 'bad.jsonl'), 'no row\n')
  const config = configOf({ source: { path: 'bad.jsonl' }, fallback: 'arithmetic' })
  await assert.rejects(loadRunProblems(config, folder), /1 of 1 rows cannot be used/)
})

test('an evaluation takes a file with a test alone, and all of it where it is short', async () => {
  const rows = [1, 2, 3].map((i) =>
    JSON.stringify({ problem: `Problem ${i}`, answer: String(i), solution: '' }),
  )
  await writeFile(join(folder, 'math500.jsonl'), rows.join('\n'))
  const fields = { question: 'problem', answer: 'answer' }
  const config = parseConfig({ data: { source: { path: 'math500.jsonl', fields }, test: 500 } }, 'test')
  await assert.rejects(
    loadRunProblems(config, folder),
    /math500\.jsonl: there is no training file\. By their names the files are held-out ones: math500\.jsonl as test/,
  )
  const { splits } = await loadRunProblems(config, folder, 'held-out')
  assert.deepEqual([splits.train.length, splits.test.length], [0, 3])
})

test('a missing source that the hub may have names the command that fetches it, and says so to programs', async () => {
  process.env['RECHECK_DATASETS'] = join(folder, 'datasets')
  for (const [source, name] of [
    ['gsm8k', 'gsm8k'],
    [{ path: 'owner/some-data' }, 'owner/some-data'],
  ] as const) {
    await assert.rejects(
      loadRunProblems(configOf({ source }), folder),
      (error: Error & { data: { fetch: object } }) => {
        assert.match(error.message, new RegExp(`"recheck data pull ${name}" fetches it from the hub\\.$`))
        assert.deepEqual(error.data.fetch, { kind: 'data', name, subset: null })
        return true
      },
    )
  }
  await assert.rejects(
    loadRunProblems(configOf({ source: { path: 'sub/mine.jsonl' } }), folder),
    (error: Error) => {
      return !error.message.includes('data pull')
    },
  )
})
