import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test, type TestContext } from 'node:test'
import { bareEnvironment } from '../owner/support/ownerFixtures.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'

/** Files and folders that somebody has, taken into the libraries under `--data-dir`. */
const cli = resolve(import.meta.dirname, '../../../src/main/cli.ts')
const builtin = resolve(import.meta.dirname, '../../../resources/models/builtin')

interface Ended {
  readonly stdout: string
  readonly stderr: string
  readonly status: number | null
}

interface Place {
  readonly folder: string
  /** Of `--data-dir`. */
  readonly home: string
  run(...args: readonly string[]): Ended
}

function place(t: TestContext): Place {
  const folder = temporaryFolder(t)
  const home = join(folder, 'home')
  const env = { ...bareEnvironment, HOME: folder, RECHECK_HOME: join(folder, 'elsewhere') }
  const run = (...args: readonly string[]): Ended =>
    spawnSync(process.execPath, [cli, ...args, '--data-dir', home], { encoding: 'utf8', env })
  return { folder, home, run }
}

function done<T>({ stdout, stderr, status }: Ended): T {
  assert.equal(status, 0, stderr)
  return JSON.parse(stdout) as T
}

const rows = Array.from({ length: 7 }, (_, i) => `"What is, say, ${i}+${i}?",${2 * i},easy`)

test('data import: columns are named, five problems are shown, a config can use what came', (t) => {
  const { folder, home, run } = place(t)
  const file = join(folder, 'mine.csv')
  writeFileSync(file, ['Task,Result,Grade', ...rows].join('\n'))
  const columns = ['--columns', 'question=Task,answer=Result,level=Grade']
  const looked = run('data', 'import', file, ...columns, '--preview')
  assert.match(
    looked.stdout,
    /question = "Task", answer = "Result", level = "Grade"\nquestion +answer +level\n/,
  )
  assert.equal(looked.stdout.match(/What is, say/g)?.length, 5)
  assert.match(looked.stdout, /7 of 7 rows make a problem\./)
  assert.ok(!existsSync(join(home, 'datasets')))

  const taken = done<{ name: string; used: number; fields: object; problems: readonly object[] }>(
    run('data', 'import', file, ...columns, '--as', 'exercises', '--json'),
  )
  assert.deepEqual([taken.name, taken.used, taken.problems.length], ['exercises', 7, 5])
  const path = join(home, 'datasets', 'exercises', 'mine.csv')
  assert.equal(readFileSync(path, 'utf8'), readFileSync(file, 'utf8'))
  const note = JSON.parse(
    readFileSync(join(home, 'datasets', 'exercises', 'recheck-source.json'), 'utf8'),
  ) as {
    fields: object
  }
  assert.deepEqual(note.fields, { question: 'Task', answer: 'Result', subject: null, level: 'Grade' })
  assert.match(run('data', 'list').stdout, /^exercises .* from mine\.csv\n$/)
  // by its name the library's columns count, those that are named before them
  assert.match(run('data', 'check', 'exercises').stdout, /\n7 rows: 7 used, .*: usable\n$/)
  assert.match(run('data', 'show', 'exercises', '-n', '1').stdout, /What is, say, 0\+0\?\n→ 0\n/)
  assert.match(run('data', 'check', 'exercises', '--question', 'Tsk').stderr, /mine\.csv: .*"?Tsk"?/)
  assert.ok(!existsSync(join(folder, 'elsewhere')), 'nothing beside --data-dir')
})

test('data import: columns are guessed by their names; what cannot be used is one message and exit code 2', (t) => {
  const { folder, home, run } = place(t)
  const file = join(folder, 'mine.csv')
  writeFileSync(file, ['Task,Result,Grade', ...rows].join('\n'))
  const refused = (args: readonly string[], message: RegExp): void => {
    const { status, stderr } = run('data', 'import', file, ...args)
    assert.equal(status, 2)
    assert.match(stderr, message)
    assert.equal(stderr.trimEnd().split('\n').length, 1)
  }
  refused(
    [],
    /No column looks like a question .* the file has Task, Result, Grade\. Name them with --columns/,
  )
  refused(
    ['--columns', 'question=Task,answer=Resul'],
    /has no column "Resul"; it has "Task", "Result", "Grade"/,
  )
  refused(['--columns', 'question=Task'], /a question and an answer are needed/)
  refused(['--columns', 'question=Task,answer'], /"answer" is no part=COLUMN/)
  refused(['--columns', 'question=Task,question=Grade'], /"question" stands twice/)
  refused(['--as', 'gsm8k'], /"gsm8k" cannot be the name of a data set of yours/)
  assert.ok(!existsSync(join(home, 'datasets')))
  writeFileSync(file, ['question,answer', '1+1?,2'].join('\n'))
  const { fields } = done<{ fields: object }>(run('data', 'import', file, '--json'))
  assert.deepEqual(fields, { question: 'question', answer: 'answer', subject: null, level: null })
  assert.equal(run('data', 'import', file).status, 2, 'the name is taken')
})

test('models import of a folder: what a run reads is copied, under --data-dir; a folder that is none is explained', (t) => {
  const { folder, home, run } = place(t)
  const mine = join(folder, 'my-model')
  cpSync(builtin, mine, { recursive: true })
  writeFileSync(join(mine, 'modeling.py'), 'raise SystemExit')
  writeFileSync(join(mine, 'LICENSE'), 'do as you like')
  const { name, parameters } = done<{ name: string; parameters: number }>(
    run('models', 'import', mine, '--json'),
  )
  assert.equal(name, 'my-model')
  assert.ok(parameters > 700_000)
  const made = join(home, 'models', 'my-model')
  assert.deepEqual(readdirSync(made).sort(), [
    'LICENSE',
    'config.json',
    'generation_config.json',
    'model.safetensors',
    'recheck-source.json',
    'tokenizer.json',
    'tokenizer_config.json',
  ])
  const weights = 'model.safetensors'
  assert.ok(readFileSync(join(made, weights)).equals(readFileSync(join(mine, weights))))
  assert.match(run('models', 'import', mine).stderr, /the model my-model is there already/)
  const ids = ['--chat', '--prompt', 'What is 1 + 2?', '--temperature', '0', '--json']
  const [copy, original] = ['my-model', 'builtin'].map((model) =>
    done<{ completionIds: number[] }>(run('generate', '--model', model, ...ids)),
  )
  assert.deepEqual(copy?.completionIds, original?.completionIds)

  rmSync(join(mine, 'tokenizer.json'))
  const broken = run('models', 'import', mine, '--as', 'other')
  assert.equal(broken.status, 2)
  assert.match(broken.stderr, /tokenizer\.json: no such file/)
  const adapter = resolve(import.meta.dirname, '../../fixtures/adapters/qwen2')
  assert.match(run('models', 'import', adapter, '--as', 'other').stderr, /--onto|adapter/)
  assert.deepEqual(readdirSync(join(home, 'models')), ['my-model'])
})
