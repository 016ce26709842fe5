import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { exitCodeOf } from '../../../src/main/commands/exitCode.ts'
import { processStart } from '../../../src/main/host/machine/processInfo.ts'
import { Inquiries, type InquiryLimits } from '../../../src/main/owner/processes/inquiry.ts'
import { exitProblem, type InquiryExit } from '../../../src/main/owner/processes/inquiryExit.ts'
import { parseConfig, type RunConfig } from '../../../src/shared/config/parseConfig.ts'
import { temporaryFolder } from '../store/storeFixtures.ts'
import type { SlowConfig } from './support/slowInspector.ts'

const programPath = join(import.meta.dirname, 'support', 'slowInspector.ts')

interface Asked {
  readonly inquiries: Inquiries
  readonly folder: string
  ask(how: SlowConfig['how'], until?: string, signal?: AbortSignal): Promise<unknown>
  /** Processes that have begun, the ended ones among them. */
  begun(): readonly number[]
  alive(): readonly number[]
}

function inquiriesOf(t: TestContext, limits: Partial<InquiryLimits> = {}): Asked {
  const folder = temporaryFolder(t)
  const inquiries = new Inquiries({ nodePath: process.execPath, programPath, limits })
  t.after(() => inquiries.close())
  const begun = (): number[] => readdirSync(folder).map(Number).filter(Boolean)
  return {
    inquiries,
    folder,
    begun,
    alive: () => begun().filter((processId) => processStart(processId) !== null),
    ask: (how, until, signal) => {
      const config: SlowConfig = until === undefined ? { folder, how } : { folder, how, until }
      // each has a process of its own: a form's questions are those of keptInspector.test.ts
      return inquiries.vStarInputs('self-correction', slowConfig(config), given(signal))
    },
  }
}

function given(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}

function slowConfig(config: SlowConfig): RunConfig {
  return parseConfig({ notes: JSON.stringify(config) }, 'a test')
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await wait(10)
}

test(
  'two processes at a time, however many questions come at once; all are answered',
  { timeout: 60_000 },
  async (t) => {
    const { ask, alive, begun, folder } = inquiriesOf(t)
    const answers = Array.from({ length: 12 }, () => ask('answer', 'go'))
    let most = 0
    await until(() => alive().length === 2)
    // by the time that a process started after them has answered, a third one would have begun, too
    await inquiriesOf(t).ask('answer')
    assert.equal(begun().length, 2)
    writeFileSync(join(folder, 'go'), '')
    const timer = setInterval(() => (most = Math.max(most, alive().length)), 5)
    const processes = await Promise.all(answers)
    clearInterval(timer)
    assert.equal(new Set(processes).size, 12)
    assert.ok(most <= 2, `${most} at a time`)
  },
)

test('the queue has an end, with words', { timeout: 60_000 }, async (t) => {
  const { ask, folder } = inquiriesOf(t, { atOnce: 1, waiting: 2 })
  const first = [ask('answer', 'go'), ask('answer', 'go'), ask('answer', 'go')]
  await assert.rejects(ask('answer'), {
    code: 'inquiry.busy',
    message: '2 checks of models and data wait already, and 1 are done at a time. Try again in a moment.',
  })
  writeFileSync(join(folder, 'go'), '')
  await Promise.all(first)
  await ask('answer')
})

test(
  'what nobody waits for any more is not started, and ended where it runs',
  { timeout: 60_000 },
  async (t) => {
    const { ask, alive, begun } = inquiriesOf(t, { atOnce: 1 })
    const running = new AbortController()
    const waiting = new AbortController()
    const abandoned = { code: 'inquiry.abandoned' }
    const ends = [
      assert.rejects(ask('answer', 'never', running.signal), abandoned),
      assert.rejects(ask('answer', undefined, waiting.signal), abandoned),
    ]
    await until(() => alive().length === 1)
    waiting.abort()
    running.abort()
    await Promise.all(ends)
    await until(() => alive().length === 0)
    assert.equal(begun().length, 1)
    await assert.rejects(ask('answer', undefined, AbortSignal.abort()), abandoned)
    assert.equal(begun().length, 1)
    await ask('answer')
  },
)

test('an owner that closes ends what it asked', { timeout: 60_000 }, async (t) => {
  const { ask, alive, inquiries } = inquiriesOf(t)
  const ends = ['a', 'b', 'c'].map((name) =>
    assert.rejects(ask('answer', name), { code: 'inquiry.abandoned' }),
  )
  await until(() => alive().length === 2)
  inquiries.close()
  await Promise.all(ends)
  await until(() => alive().length === 0)
})

test('an owner that is killed leaves no process behind', { timeout: 60_000 }, async (t) => {
  const { begun, alive, folder } = inquiriesOf(t)
  const script = `
    import { Inquiries } from ${JSON.stringify(join(import.meta.dirname, '../../../src/main/owner/processes/inquiry.ts'))}
    const inquiries = new Inquiries(${JSON.stringify({ nodePath: process.execPath, programPath })})
    await inquiries.vStarInputs('self-correction', ${JSON.stringify(slowConfig({ folder, how: 'answer', until: 'never' }))})`
  const owner = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' })
  await until(() => begun().length === 1)
  owner.kill('SIGKILL')
  await once(owner, 'exit')
  await until(() => alive().length === 0)
})

test(
  'a helper that is killed, or takes too long, is told as that and is no bad input',
  { timeout: 60_000 },
  async (t) => {
    const { ask, alive } = inquiriesOf(t)
    for (const signal of ['SIGKILL', 'SIGTERM', 'SIGSEGV'] as const) {
      const answer = assert.rejects(ask('answer', 'never'), (thrown) => {
        assert.deepEqual(exitCodeOf(thrown), 1)
        const message = `was ended from outside, by signal ${signal}\\. That says nothing against the config: try again\\.`
        assert.match(String(thrown), new RegExp(message))
        return true
      })
      await until(() => alive().length === 1)
      process.kill(alive()[0] ?? 0, signal)
      await answer
    }
    const slow = inquiriesOf(t, { withinMs: 1500 })
    await assert.rejects(slow.ask('answer', 'never'), {
      code: 'inquiry.timeout',
      message: /took longer than 2 s and was ended\. That says nothing against the config/,
    })
    await until(() => slow.alive().length === 0)
  },
)

const ended: InquiryExit = {
  output: '',
  stderr: '',
  exitCode: null,
  signal: null,
  systemRanOutOfMemory: false,
  startProblem: null,
  isTimeout: false,
  nodePath: '/opt/node',
}

test('each end without an answer has a code, a way out and a few lines', async (t) => {
  const { ask } = inquiriesOf(t)
  const failed = async (how: SlowConfig['how']): Promise<unknown> =>
    ask(how).catch((thrown: unknown) => thrown)
  const ends: readonly (readonly [code: string, text: RegExp, thrown: unknown])[] = [
    ['inquiry.failed', /exit code 7 and without an answer\. It wrote nothing\./, await failed('exit')],
    ['inquiry.failed', /exit code 3 .* It wrote last:\nline 35\nline 36/, await failed('crash')],
    ['inquiry.failed', /exit code 0 /, await failed('garbage')],
    ['inquiry.out-of-memory', /End other programs, or choose a smaller model/, await failed('heap')],
    [
      'inquiry.out-of-memory',
      /ran out of memory/,
      exitProblem({ ...ended, signal: 'SIGKILL', systemRanOutOfMemory: true }, 1),
    ],
    [
      'inquiry.killed',
      /signal SIGTERM/,
      exitProblem({ ...ended, signal: 'SIGTERM', systemRanOutOfMemory: true }, 1),
    ],
    [
      'inquiry.start',
      /could not be started with \/nowhere\/node: spawn \/nowhere\/node ENOENT\. Run "recheck doctor"/,
      await new Inquiries({ nodePath: '/nowhere/node' })
        .preview(parseConfig({}, 'a test'))
        .catch((thrown: unknown) => thrown),
    ],
  ]
  for (const [code, text, thrown] of ends) {
    assert.ok(thrown instanceof Error && 'code' in thrown)
    assert.equal(thrown.code, code)
    assert.match(thrown.message, text)
    assert.ok(thrown.message.split('\n').length <= 6)
    assert.equal(exitCodeOf(thrown), 1)
  }
})
