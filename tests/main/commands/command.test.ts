import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import type { CommandCall, CommandResult } from '../../../src/main/commands/command.ts'
import { addCommand } from '../../../src/main/commands/command.ts'
import { formatTable } from '../../../src/shared/text/textTable.ts'
import { exitCodeOf } from '../../../src/main/commands/exitCode.ts'
import { RecheckError } from '../../../src/shared/errors/recheckError.ts'
import type { CommandFixture } from './commandFixture.ts'
import { commandFixture } from './commandFixture.ts'

const Input = z.object({ folder: z.string(), steps: z.coerce.number().int().min(1).default(3) })
const Output = z.strictObject({ folder: z.string(), steps: z.number() })
type Run = (input: z.infer<typeof Input>, call: CommandCall) => Promise<CommandResult<z.infer<typeof Output>>>

async function runSample(fixture: CommandFixture, args: string[], run: Run): Promise<void> {
  const { program, context } = fixture
  addCommand(program, context, {
    name: 'sample',
    summary: 's',
    examples: ['recheck sample x'],
    input: Input,
    output: Output,
    run,
  })
    .argument('<folder>', 'a folder')
    .option('--steps <n>', 'how many')
  await program.parseAsync(['sample', ...args], { from: 'user' })
  await setTimeout(0)
}

const echo: Run = (input, call) => {
  call.print('streamed ')
  return Promise.resolve({
    output: { folder: input.folder, steps: input.steps },
    text: `in ${call.dataFolder}`,
  })
}

test('arguments and options reach the command parsed, with defaults; text goes to stdout', async () => {
  const fixture = commandFixture()
  await runSample(fixture, ['x', '--data-dir', '/chosen'], echo)
  assert.equal(fixture.stdout(), 'streamed in /chosen\n')
  assert.equal(fixture.exitCode(), 0)
})

test('--json prints one document and nothing else on stdout', async () => {
  const fixture = commandFixture()
  await runSample(fixture, ['x', '--steps', '7', '--json'], (input, call) => {
    call.note('a note')
    call.progress.update({ activity: 'working', done: 1, total: 2, unit: 'steps' })
    return echo(input, call)
  })
  assert.deepEqual(JSON.parse(fixture.stdout()), { folder: 'x', steps: 7 })
  assert.equal(fixture.stderr(), 'a note\nworking: 1/2 steps\n')
})

test('a number that is none, too small or empty is said with what came, as it is typed; so is an empty folder', async () => {
  for (const [args, said] of [
    [['x', '--steps', 'abc'], '--steps: expected a value of type number, got "abc"'],
    [['x', '--steps', '-1'], '--steps: expected a number ≥ 1, got "-1"'],
    [['x', '--steps', '2.5'], '--steps: expected an integer, got "2.5"'],
    [['x', '--steps', ''], '--steps: expected a number ≥ 1, got ""'],
    [['x', '--data-dir', ''], '--data-dir: expected a folder, got ""'],
  ] as const) {
    await assert.rejects(runSample(commandFixture(), [...args], echo), (thrown: RecheckError) => {
      assert.equal(thrown.message, `recheck sample: ${said}. See "recheck sample --help".`)
      return exitCodeOf(thrown) === 2
    })
  }
  // where 0 would do, an empty text is not 0
  const fixture = commandFixture()
  addCommand(fixture.program, fixture.context, {
    name: 'any',
    summary: 's',
    examples: [],
    output: z.strictObject({}),
    input: z.object({ port: z.coerce.number().int().min(0).default(1) }),
    run: () => Promise.resolve({ output: {}, text: '' }),
  }).option('--port <n>', 'a port')
  await assert.rejects(fixture.program.parseAsync(['any', '--port', ''], { from: 'user' }), {
    message: /--port: expected a number, got ""/,
  })
})

test('bad input names the field and the way to the help, with exit code 2', async () => {
  const fixture = commandFixture()
  await assert.rejects(runSample(fixture, ['x', '--steps', '0'], echo), (error) => {
    assert.ok(error instanceof RecheckError)
    assert.match(
      error.message,
      /^recheck sample: --steps: expected a number ≥ 1, got "0"\. See "recheck sample --help"\.$/,
    )
    assert.equal(exitCodeOf(error), 2)
    return true
  })
  assert.equal(fixture.stdout(), '')
})

test('a document that does not fit its schema is an error of the program', async () => {
  const wrong: Run = () => Promise.resolve({ output: { folder: 'x', steps: 1, more: 2 }, text: '' })
  await assert.rejects(
    runSample(commandFixture(), ['x', '--json'], wrong),
    /its own --json document does not fit/,
  )
})

test('exit codes: 1 for a check that does not hold, 130 after an interruption', async () => {
  const failing = commandFixture()
  await runSample(failing, ['x'], async (input, call) => ({ ...(await echo(input, call)), exitCode: 1 }))
  assert.equal(failing.exitCode(), 1)
  const interrupted = commandFixture()
  await runSample(interrupted, ['x'], (input, call) => {
    interrupted.interruption.abort()
    assert.ok(call.signal.aborted)
    return echo(input, call)
  })
  assert.equal(interrupted.exitCode(), 130)
})

test('errors: what was given is 2; what no other input would have avoided is 1', () => {
  for (const code of ['config.invalid', 'checkpoint.shape', 'usage.invalid', 'data.missing'] as const) {
    assert.equal(exitCodeOf(new RecheckError(code, 'x')), 2, code)
  }
  for (const code of ['tensorflow.missing', 'internal', 'trainer.crashed', 'store.busy'] as const) {
    assert.equal(exitCodeOf(new RecheckError(code, 'x')), 1, code)
  }
  assert.equal(exitCodeOf(new TypeError('x')), 1)
})

test('what a run is called reaches no terminal as a command: escapes are shown, JSON keeps the value', async () => {
  const name = 'a\u001b[2Jb\u009b31mc\u202ed\re'
  const say: Run = (_input, call) => {
    call.print(name)
    call.note(name)
    return Promise.resolve({ output: { folder: name, steps: 1 }, text: formatTable(['t'], [[`${name}\nf`]]) })
  }
  const shown = 'a\\u001b[2Jb\\u009b31mc\\u202ed\\u000de'
  const fixture = commandFixture()
  await runSample(fixture, ['x'], say)
  assert.equal(fixture.stderr(), `${shown}\n`)
  assert.equal(fixture.stdout(), `${shown}t\n${shown.replace('\\u000d', ' ')} f\n`)
  const asJson = commandFixture()
  await runSample(asJson, ['x', '--json'], say)
  assert.doesNotMatch(asJson.stdout(), /[\u001b\u009b\u202e\r]/)
  assert.deepEqual(JSON.parse(asJson.stdout()), { folder: name, steps: 1 })
})

test('a command that a message names does what it says in a folder given by --data-dir', async () => {
  const runId = 'run-20261122-153045-7f3a9c'
  const message = `Go on: recheck resume ${runId} --from 2 (or recheck replay ${runId}).`
  const say: Run = (input, call) => {
    call.note(message)
    if (input.steps === 9) throw new RecheckError('run.finished', message)
    return Promise.resolve({ output: { folder: 'x', steps: 1 }, text: message })
  }
  const withFolder = (folder: string): string =>
    `Go on: recheck resume ${runId} --data-dir ${folder} --from 2 (or recheck replay ${runId} --data-dir ${folder}).`
  const fixture = commandFixture()
  await runSample(fixture, ['x', '--data-dir', '/my runs'], say)
  assert.equal(fixture.stdout(), `${withFolder("'/my runs'")}\n`)
  assert.equal(fixture.stderr(), `${withFolder("'/my runs'")}\n`)
  const failing = runSample(commandFixture(), ['x', '--steps', '9', '--data-dir', '~/d'], say)
  await assert.rejects(failing, { code: 'run.finished', message: withFolder('~/d') })
  const plain = commandFixture()
  await runSample(plain, ['x'], say)
  assert.equal(plain.stdout(), `${message}\n`)
})
