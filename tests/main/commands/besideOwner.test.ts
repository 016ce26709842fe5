import assert from 'node:assert/strict'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { buildProgram } from '../../../src/main/cli.ts'
import { commandLineOf, runnableCommands } from '../../../src/main/commands/command.ts'
import { exitCodeOf } from '../../../src/main/commands/exitCode.ts'
import type { Owner } from '../../../src/main/owner/owner.ts'
import { takeOwnership } from '../../../src/main/owner/ownership.ts'
import { readRun } from '../../../src/main/store/runs/runStore.ts'
import type { RunEvent } from '../../../src/shared/runs/runEvent.ts'
import { RecheckError } from '../../../src/shared/errors/recheckError.ts'
import { isMetrics } from '../owner/support/ownerFixtures.ts'
import { lastingProgram, littleModelFolder, realOwner } from '../owner/realRuns/realRuns.ts'
import { fileSuite } from '../fileSuite.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'
import { commandFixture, type CommandFixture } from './commandFixture.ts'

/**
 * Every command while another process has the data folder open (here the test is that process, with the real
 * trainer): bad input is answered with its own error, what reads works, what writes is handed over.
 */
const suite = fileSuite()

const folder = temporaryFolder(suite)
const dataDir = join(folder, 'data')
const configFile = join(folder, 'tiny.yaml')
const table = join(folder, 'answers.tsv')
const problems = join(folder, 'problems.jsonl')
const evaluation = join(folder, 'evaluation.json')
const tiny = {
  model: { path: littleModelFolder },
  data: { train: 8, validation: 4, test: 4 },
  vStar: { samples: 2 },
  steps: 2,
  problemsPerStep: 4,
  evalEvery: 'never',
  onNoSignal: 'warn',
}

let owner: Owner
let demo: { estimate: { runId: string }; train: { runId: string; status: string }; plots: string }

interface Answer {
  readonly exitCode: number
  /** The document of `--json`. */
  readonly output: Readonly<Record<string, unknown>>
  readonly stderr: string
  readonly error: RecheckError | null
}

async function recheck(
  args: readonly string[],
  whileRunning: (fixture: CommandFixture) => unknown = () => undefined,
): Promise<Answer> {
  const fixture = commandFixture()
  const running = buildProgram(fixture.context).parseAsync([...args, '--json', '--data-dir', dataDir], {
    from: 'user',
  })
  const others = whileRunning(fixture)
  try {
    await running
    await others
    const output = JSON.parse(fixture.stdout()) as Answer['output']
    return { exitCode: fixture.exitCode() ?? 0, output, stderr: fixture.stderr(), error: null }
  } catch (thrown) {
    if (!(thrown instanceof RecheckError)) throw thrown
    return { exitCode: exitCodeOf(thrown), output: {}, stderr: fixture.stderr(), error: thrown }
  }
}

before(async () => {
  // YAML 1.2 holds JSON
  writeFileSync(configFile, JSON.stringify(tiny))
  writeFileSync(table, 'gold\tprediction\tequal\twhy\n1\t1\t1\tsame\n')
  writeFileSync(problems, '{"question":"What is 1 + 1?","answer":"2"}\n')
  mkdirSync(dataDir)
  owner = await realOwner(suite, dataDir, await lastingProgram(suite))
  const { exitCode, output, stderr } = await recheck(['demo', '--config', configFile])
  assert.equal(exitCode, 0, stderr)
  assert.match(
    stderr,
    /^Handed over to process \d+ \(a test\), which has the data folder open; followed here\./m,
  )
  assert.match(stderr, /^step 0, 4 test problems: /m)
  demo = output as typeof demo
  const evaluated = await recheck(['eval', '--run', demo.train.runId])
  assert.equal(evaluated.exitCode, 0, evaluated.error?.message)
  writeFileSync(evaluation, JSON.stringify(evaluated.output))
})

test('demo: both stages were executed by the owner, followed to their end, and the plots drawn here', () => {
  assert.equal(demo.train.status, 'finished')
  for (const { runId } of [demo.estimate, demo.train])
    assert.equal(readRun(owner.db, runId).status, 'finished')
  assert.ok(existsSync(join(demo.plots, 'v-star.png')))
})

type Row = readonly [line: string, code: string]

/** `$run`, `$config` and the like stand for what the tests have made. */
function words(line: string): string[] {
  const values: Readonly<Record<string, string>> = {
    $run: demo.train.runId,
    $config: configFile,
    $table: table,
    $problems: problems,
    $evaluation: evaluation,
    $full: folder,
    $new: join(folder, 'new', String(Math.random()).slice(2)),
  }
  return line.split(' ').map((word) => values[word] ?? word)
}

const badInput: readonly Row[] = [
  ['demo --preset nope', 'config.preset'],
  ['demo --set steps=-1', 'config.invalid'],
  ['demo --set model.path=/nope', 'model.missing'],
  ['serve --port 99999', 'usage.invalid'],
  ['token create ../x', 'token.name'],
  ['token revoke nope', 'token.unknown'],
  ['train --set steps=-1', 'config.invalid'],
  ['train --set vStr=1', 'config.setting'],
  ['train --set model.path=/nope', 'model.missing'],
  ['train --set data.source=math', 'data.missing'],
  ['train --config /nope.yaml', 'config.unreadable'],
  ['train --v-star nope', 'vstar.unknown'],
  ['estimate --set steps=-1', 'config.invalid'],
  ['estimate --set model.path=/nope', 'model.missing'],
  ['sft --set steps=-1', 'config.invalid'],
  ['train --engine ray', 'remote.place'],
  ['sweep --config /nope.yaml', 'config.unreadable'],
  ['compare-methods --tokens 1000 --methods nope', 'sweep.invalid'],
  ['compare-methods --tokens 1000 --preset nope', 'config.preset'],
  ['resume nope', 'run.unknown'],
  ['resume $run', 'run.finished'],
  ['resume $run --steps 0', 'usage.invalid'],
  ['resume $run --set nonsense=1', 'config.setting'],
  ['resume $run --set steps=3 --steps 3', 'usage.invalid'],
  ['replay nope', 'run.unknown'],
  ['eval --run nope', 'run.unknown'],
  ['eval --model /nope', 'model.missing'],
  ['export nope', 'run.unknown'],
  ['export $run --out $full', 'export.exists'],
  ['export $run --follow', 'usage.invalid'],
  ['template preview /nope', 'tokenizer.missing'],
  ['verify /nope', 'verify.no-expectations'],
  ['bench', 'usage.invalid'],
  ['generate --prompt x --model /nope', 'model.missing'],
  ['generate --prompt x --run nope', 'run.unknown'],
  ['chat /nope', 'model.missing'],
  ['chat --run nope', 'run.unknown'],
  ['report nope', 'run.unknown'],
  ['export-model nope $new', 'run.unknown'],
  ['models pull ../x', 'hub.name'],
  ['models info nope', 'model.unknown'],
  ['models remove nope', 'model.unknown'],
  ['models import /nope.gguf', 'file.unreadable'],
  ['data pull ../x', 'hub.name'],
  ['data remove nope', 'data.unknown'],
  ['grade --tsv /nope', 'grade.unreadable'],
  ['data check /nope', 'data.missing'],
  ['data show /nope', 'data.missing'],
  ['data overlap /nope /nope', 'data.missing'],
  ['data import /nope.csv', 'file.missing'],
  ['models login', 'usage.invalid'],
  ['import-runs /nope', 'file.missing'],
  ['compare-evals /nope /nope', 'eval.unreadable'],
  ['runs --status done', 'usage.invalid'],
  ['show nope', 'run.unknown'],
  ['stop nope', 'run.unknown'],
  ['stop $run', 'run.not-active'],
  ['backup $full', 'backup.exists'],
  ['gc --deleted-days x', 'usage.invalid'],
]

/** Commands that can be given nothing wrong. */
const takeNoInput: readonly string[] = ['doctor', 'models list', 'models logout', 'data list', 'token list']

const reads: readonly string[] = [
  'token list',
  'models list',
  'data list',
  'runs',
  'show $run',
  'export $run --out $new --parquet',
  'export $run --tensorboard $new --follow',
  'backup $new',
  'gc --dry-run',
  'compare-evals $evaluation $evaluation',
  'grade --tsv $table',
  'data show $problems',
  'template preview resources/models/builtin',
]

test('the table names every command', () => {
  const named = new Set(
    [...badInput.map(([line]) => line), ...takeNoInput].map((line) => line.split(' ').slice(0, 2)),
  )
  for (const command of runnableCommands(buildProgram(commandFixture().context))) {
    const [, ...name] = commandLineOf(command).split(' ')
    const isNamed = [...named].some((line) => name.every((word, index) => line[index] === word))
    assert.ok(isNamed, name.join(' '))
  }
})

test('bad input has its own error and the exit code 2, whoever owns the folder', async () => {
  for (const [line, code] of badInput) {
    const { exitCode, error } = await recheck(words(line))
    assert.deepEqual([error?.code, exitCode], [code, 2], `${line}: ${error?.message}`)
  }
})

test('what reads works beside the owner', async () => {
  for (const line of reads) {
    const { error, exitCode, stderr } = await recheck(words(line))
    assert.deepEqual([error, exitCode], [null, 0], `${line}: ${stderr}`)
  }
})

test('train: handed over and followed; Ctrl-C stops it there after its step, with a checkpoint, and says how to go on', async () => {
  const line = ['train', '--config', configFile, '--set', 'steps=400', '--set', 'name=long']
  const { exitCode, output, stderr } = await recheck(line, async ({ interruption }) => {
    await anyRun(isMetrics)
    interruption.abort()
  })
  assert.equal(exitCode, 130, stderr)
  assert.match(stderr, /^Handed over to process /m)
  assert.match(stderr, /^Finishing the step in hand and writing a checkpoint; Ctrl-C again leaves at once, /m)
  const run = readRun(owner.db, String(output['runId']))
  assert.equal(run.status, 'stopped')
  const shown = await recheck(['show', 'long'])
  assert.ok((shown.output['checkpoints'] as unknown[]).length > 0)
})

test('resume: handed over; a stop from a third terminal ends it, and the one that follows says so', async () => {
  const { exitCode, output, stderr } = await recheck(['resume', 'long'], async () => {
    await anyRun(isMetrics)
    const stopped = await recheck(['stop', 'long', '--wait'])
    assert.deepEqual(stopped.output['status'], 'stopped')
  })
  assert.equal(exitCode, 130, stderr)
  assert.equal(output['status'], 'stopped')
})

test('resume --steps: a finished run is extended by its owner', async () => {
  const { exitCode, output } = await recheck(['resume', demo.train.runId, '--steps', '1'])
  assert.deepEqual([exitCode, output['status'], output['totalSteps']], [0, 'finished', 3])
})

test('gc: done by the owner', async () => {
  const { exitCode, output } = await recheck(['gc'])
  assert.deepEqual([exitCode, output['garbage']], [0, []])
})

test('an owner that cannot be asked: bad input comes first all the same, the refusal last', async (t) => {
  const locked = join(temporaryFolder(t), 'data')
  const lock = takeOwnership(locked) // announces nothing
  t.after(() => lock.release())
  const codeOf = async (line: string): Promise<string | undefined> => {
    const program = buildProgram(commandFixture().context)
    return program.parseAsync([...words(line), '--data-dir', locked], { from: 'user' }).then(
      () => undefined,
      (thrown: unknown) => (thrown instanceof RecheckError ? thrown.code : String(thrown)),
    )
  }
  for (const [line, code] of badInput.filter(([line]) => /^(demo|train|estimate) /.test(line))) {
    // what a V* estimate is, only the folder's store knows
    if (code !== 'vstar.unknown') assert.equal(await codeOf(line), code, line)
  }
  for (const line of [
    'train --config $config',
    'estimate --config $config',
    'demo --config $config',
    'serve --port 0',
  ])
    assert.equal(await codeOf(line), 'owner.busy', line)
})

/** Resolves with the first such event of any run. */
function anyRun(isWanted: (event: RunEvent) => boolean): Promise<string> {
  return new Promise((resolve) => {
    const unsubscribe = owner.subscribe((runId, event) => {
      if (!isWanted(event)) return
      unsubscribe()
      resolve(runId)
    })
  })
}
