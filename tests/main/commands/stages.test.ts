import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { parse } from 'csv-parse/sync'
import { PNG } from 'pngjs'
import { openForReading, openForWriting } from '../../../src/main/store/database.ts'
import { deleteRun, labelRun, restoreRun } from '../../../src/main/store/runs/runLabels.ts'
import { readRun } from '../../../src/main/store/runs/runStore.ts'
import { evaluationDocumentSchema } from '../../../src/shared/runs/evaluation/evaluationResult.ts'
import { plots } from '../../../src/shared/metrics/metrics.ts'
import { littleModelFolder } from '../owner/realRuns/realRuns.ts'

/** The commands of both stages, as a user types them, on a model of one layer: small enough for seconds. */
const cli = resolve(import.meta.dirname, '..', '..', '..', 'src', 'main', 'cli.ts')
const folder = mkdtempSync(join(tmpdir(), 'recheck-stages-'))
const dataDir = join(folder, 'data')
const configFile = join(folder, 'run.yaml')
const small = {
  model: { path: littleModelFolder },
  data: { train: 24, validation: 8, test: 12, levels: ['easy', 'starter'] },
  vStar: { samples: 8 },
  steps: 2,
  problemsPerStep: 8,
  evalEvery: 1,
}
after(() => rmSync(folder, { recursive: true, force: true }))

interface Proportions {
  [name: string]: { successes: number; trials: number }
}
interface RunDocument {
  runId: string
  status: string
  vStarId: string
  step: number
  totalSteps: number
  evaluations: { step: number; split: string; problems: number; proportions: Proportions }[]
}
let demo: { estimate: RunDocument; train: RunDocument; plots: string }

function recheck(...args: string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args, '--data-dir', dataDir], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  return { code: status, stdout, stderr }
}

before(() => {
  // YAML 1.2 holds JSON
  writeFileSync(configFile, JSON.stringify(small))
  const { code, stdout, stderr } = recheck('demo', '--preset', 'builtin', '--config', configFile, '--json')
  assert.equal(code, 0, stderr)
  assert.match(
    stderr,
    /Stage 1[\s\S]*estimating V\*: 24\/24 problems[\s\S]*Stage 2[\s\S]*training: 2\/2 steps/,
  )
  demo = JSON.parse(stdout) as typeof demo
})

test('the demo runs both stages and evaluates the held-out test before and after', () => {
  assert.equal(demo.estimate.status, 'finished')
  assert.equal(demo.train.status, 'finished')
  assert.equal(demo.train.vStarId, demo.estimate.vStarId)
  const tests = demo.train.evaluations.filter((each) => each.split === 'test')
  assert.deepEqual(tests.map((each) => [each.step, each.problems]).sort(), [
    [0, 12],
    [2, 12],
  ])
  const validations = demo.train.evaluations.filter((each) => each.split === 'validation')
  assert.deepEqual(validations.map((each) => each.step).sort(), [0, 1, 2])
  for (const { proportions } of tests) assert.equal(proportions['accuracy/final']?.trials, 12)
})

test('its export holds the main plots of 1,200 × 800, the complete CSV and the resolved config', () => {
  const files = readdirSync(demo.plots).sort()
  const wanted = plots.flatMap((plot) => [`${plot.id}.png`, `${plot.id}.svg`])
  assert.deepEqual(files, [...wanted, 'config.yaml', 'machine.csv', 'metrics.csv'].sort())
  for (const plot of plots) {
    const picture = PNG.sync.read(readFileSync(join(demo.plots, `${plot.id}.png`)))
    assert.deepEqual([picture.width, picture.height], [1200, 800])
    const svg = readFileSync(join(demo.plots, `${plot.id}.svg`), 'utf8')
    assert.ok(svg.includes(plot.title) && svg.includes(demo.train.runId), plot.id)
  }
  const rows = parse(readFileSync(join(demo.plots, 'metrics.csv')), { columns: true }) as Record<
    string,
    string
  >[]
  const steps = rows.filter((row) => row['metric'] === 'loss/policy').map((row) => row['step'])
  assert.deepEqual(steps, ['0', '1'])
  // ρ is exactly 0 before the first update
  assert.deepEqual(
    ['policy/klK1', 'policy/klK3'].map((name) =>
      Number(rows.find((row) => row['metric'] === name)?.['value']),
    ),
    [0, 0],
  )
  // the sampler has the trainer's weights, before and after an update
  const gaps = rows.filter((row) => row['metric'] === 'policy/samplerGap').map((row) => Number(row['value']))
  assert.ok(gaps.length === 2 && gaps.every((gap) => gap < 1e-5), gaps.join(' and '))
  assert.match(readFileSync(join(demo.plots, 'config.yaml'), 'utf8'), /problemsPerStep: 8/)
})

test('export takes the end of an id, a scale, a theme and any name, and overwrites nothing', () => {
  const out = join(folder, 'plots')
  const end = demo.train.runId.slice(-6)
  const db = openForWriting(dataDir)
  labelRun(db, demo.train.runId, { name: 'a\u001b[2Jb' })
  db.close()
  const first = recheck('export', end, '--out', out, '--scale', '2', '--dark', '--json')
  assert.equal(first.code, 0, first.stderr)
  const picture = PNG.sync.read(readFileSync(join(out, 'training-loss.png')))
  assert.deepEqual([picture.width, picture.height], [2400, 1600])
  assert.equal(picture.data.subarray(0, 3).toString('hex'), '1a1d23')
  const again = recheck('export', end, '--out', out)
  assert.equal(again.code, 2)
  assert.match(again.stderr, /is there already and not empty/)
  const inFile = recheck('export', end, '--out', join(out, 'metrics.csv', 'below'))
  assert.equal(inFile.code, 2)
  assert.match(inFile.stderr, /metrics\.csv.*: a folder on the way to it is a file, or was replaced by one/)
})

test('train finds the estimate that fits its inputs and makes none again; another β₁ still fits, another N does not', () => {
  const trained = recheck(
    'train',
    '--config',
    configFile,
    '--set',
    'vStar.beta=0.25',
    '--set',
    'steps=1',
    '--json',
  )
  assert.equal(trained.code, 0, trained.stderr)
  const run = JSON.parse(trained.stdout) as RunDocument
  assert.equal(run.vStarId, demo.estimate.vStarId)
  assert.doesNotMatch(trained.stderr, /estimating V\*/)
  const refused = recheck(
    'train',
    '--config',
    configFile,
    '--set',
    'vStar.samples=3',
    '--v-star',
    demo.estimate.vStarId,
    '--json',
  )
  assert.equal(refused.code, 2)
  const { error } = JSON.parse(refused.stdout) as { error: { code: string; message: string } }
  assert.equal(error.code, 'vstar.mismatch')
  assert.match(error.message, /vStar\.samples: the estimate has 8, this run has 3/)
})

test('--no-capture trains op by op, to the same first step', () => {
  const lossOf = (...more: string[]): number => {
    const { code, stdout, stderr } = recheck(
      'train',
      '--config',
      configFile,
      '--set',
      'steps=1',
      ...more,
      '--json',
    )
    assert.equal(code, 0, stderr)
    const db = openForReading(dataDir) ?? assert.fail('no store')
    const { latest, config } = readRun(db, (JSON.parse(stdout) as RunDocument).runId)
    db.close()
    assert.equal((JSON.parse(config) as { capture: boolean }).capture, more.length === 0)
    return latest['loss/policy'] ?? NaN
  }
  const captured = lossOf()
  const opByOp = lossOf('--no-capture')
  assert.ok(Math.abs(captured - opByOp) < 1e-5 * Math.abs(captured), `${captured} and ${opByOp}`)
})

test('Ctrl-C finishes the step, checkpoints, says how to go on; resume ends at the same step', async () => {
  const args = [
    'train',
    '--config',
    configFile,
    '--set',
    'steps=6',
    '--set',
    'evalEvery=never',
    '--data-dir',
    dataDir,
  ]
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part))
  const hasBegun = new Promise<void>((resolveBegun) => {
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      if (part.includes('step 0, 12 test problems')) resolveBegun()
    })
  })
  await hasBegun
  child.kill('SIGINT')
  const [code] = (await once(child, 'close')) as [number]
  assert.equal(code, 130)
  const runId = /Go on with: recheck resume (\S+)/.exec(text)?.[1]
  assert.ok(runId, text)
  const resumed = recheck('resume', runId, '--json')
  assert.equal(resumed.code, 0, resumed.stderr)
  const run = JSON.parse(resumed.stdout) as RunDocument
  assert.deepEqual([run.status, run.totalSteps], ['finished', 6])
  const finished = recheck('resume', runId)
  assert.equal(finished.code, 2)
  assert.match(finished.stderr, /finished; extend it by more steps/)
})

test('what cannot go on says why: a run of stage 1 has no steps to add, a deleted one is to be restored first', () => {
  const estimate = recheck('resume', demo.estimate.runId, '--steps', '4')
  assert.equal(estimate.code, 2)
  assert.match(estimate.stderr, /is of stage 1: .+ has no steps to be given more of/)
  const db = openForWriting(dataDir)
  deleteRun(db, demo.train.runId, 1)
  const deleted = recheck('resume', demo.train.runId, '--steps', '4')
  restoreRun(db, demo.train.runId)
  db.close()
  assert.equal(deleted.code, 2)
  assert.match(deleted.stderr, /was deleted\. .+ it can be restored/)
})

test('a terminal that is closed ends no run without a checkpoint: the whole group is hung up and its output gone', async () => {
  const more = ['--set', 'steps=40', '--set', 'evalEvery=never', '--set', 'name=hung up']
  const child = spawn(
    process.execPath,
    [cli, 'train', '--config', configFile, ...more, '--data-dir', dataDir],
    { stdio: ['ignore', 'ignore', 'pipe'], detached: true },
  )
  for await (const part of child.stderr.setEncoding('utf8')) {
    if (String(part).includes('step 0, 12 test problems')) break // leaving the loop closes the pipe
  }
  process.kill(-(child.pid ?? assert.fail('no process')), 'SIGHUP')
  const [code] = (await once(child, 'close')) as [number]
  assert.equal(code, 130)
  const shown = JSON.parse(recheck('show', 'hung up', '--json').stdout) as {
    run: { status: string }
    checkpoints: { step: number }[]
  }
  assert.equal(shown.run.status, 'stopped')
  assert.ok((shown.checkpoints[0]?.step ?? 0) >= 1)
})

test('eval of a run and of the built-in model print documents that compare-evals takes', () => {
  const trained = recheck('eval', '--run', demo.train.runId, '--samples', '2', '--json')
  assert.equal(trained.code, 0, trained.stderr)
  const plain = recheck('eval', '--model', 'builtin', '--config', configFile, '--samples', '2', '--json')
  assert.equal(plain.code, 0, plain.stderr)
  const document = JSON.parse(plain.stdout) as {
    step: null
    proportions: Proportions
    atEqualTokens: unknown[]
  }
  assert.equal(document.step, null)
  assert.equal(document.proportions['accuracy/attempt']?.trials, 24)
  assert.ok(document.atEqualTokens.length > 0)
  const { problems } = evaluationDocumentSchema.parse(document)
  assert.equal(problems.length, 12)
  assert.ok(problems.every((problem) => problem.samples.length === 2))
  writeFileSync(join(folder, 'a.json'), plain.stdout)
  writeFileSync(join(folder, 'b.json'), trained.stdout)
  const compared = recheck('compare-evals', join(folder, 'a.json'), join(folder, 'b.json'), '--json')
  assert.equal(compared.code, 0, compared.stderr)
  assert.equal((JSON.parse(compared.stdout) as { problems: number }).problems, 12)
})

test('bad input is named before anything runs: field, file, model, run', () => {
  const largeFile = join(folder, 'large.yaml')
  writeFileSync(largeFile, 'a'.repeat(5_000_000))
  const cases: [string[], RegExp][] = [
    [['train', '--set', 'vStr.beta=1'], /no field "vStr\.beta"\. Did you mean "vStar\.beta"\?/],
    [['train', '--set', 'steps=0'], /steps: expected/],
    [['train', '--config', join(folder, 'none.yaml')], /none\.yaml cannot be read/],
    [['train', '--set', 'model.path=nowhere'], /model "nowhere" is not a folder with config\.json/],
    [['train', '--config', largeFile], /large\.yaml has 4\.8 MiB; a run config has at most 4\.0 MiB/],
    [['train', '--preset', 'nope'], /no preset "nope"; expected one of builtin/],
    [['train', '--set', 'model.lora={"dropout":1}'], /model\.lora\.dropout/],
    [['eval', '--run', 'run-none'], /run-none/],
    [['export', 'run-none'], /run-none/],
    [['estimate', '--set', 'data.source=math'], /datasets\/math: no such file or folder/],
  ]
  for (const [args, message] of cases) {
    const { code, stderr } = recheck(...args)
    assert.equal(code, 2, `${args.join(' ')}: ${stderr}`)
    assert.match(stderr, message, args.join(' '))
  }
})
