import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { buildProgram } from '../../src/main/cli.ts'
import {
  commandLineOf,
  examplesOf,
  outputSchemaOf,
  runnableCommands,
} from '../../src/main/commands/command.ts'
import { cacheFolder, dataFolder } from '../../src/main/host/machine/paths.ts'
import { DoctorOutput } from '../../src/main/commands/doctor.ts'
import { commandFixture } from './commands/commandFixture.ts'
import { asOlderNode } from './olderNode.ts'

const root = resolve(import.meta.dirname, '..', '..')
const bin = join(root, 'resources', 'bin', 'recheck.mjs')
const folder = mkdtempSync(join(tmpdir(), 'recheck-cli-'))
after(() => rmSync(folder, { recursive: true }))

function recheck(...args: string[]): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], { encoding: 'utf8' })
  return { code: status, stdout, stderr }
}

const program = buildProgram(commandFixture().context)
const commands = runnableCommands(program)

test('every command has a summary, examples of itself, --json with a schema, and --data-dir', () => {
  assert.ok(commands.length > 0)
  for (const command of commands) {
    const name = commandLineOf(command)
    assert.notEqual(command.description(), '', name)
    assert.ok(outputSchemaOf(command), `${name} has no schema`)
    const examples = examplesOf(command)
    // the first shows the command itself; one beside it may be a step around it, such as an ssh tunnel
    assert.ok(examples[0]?.startsWith(name), name)
    const options = command.options.map((option) => option.long)
    assert.ok(options.includes('--json') && options.includes('--data-dir'), name)
  }
})

test('--help and --version answer on stdout with exit code 0', () => {
  const help = recheck('--help')
  assert.equal(help.code, 0)
  for (const command of program.commands)
    assert.match(help.stdout, new RegExp(`^  ${command.name()}\\b`, 'm'))
  assert.match(recheck('doctor', '--help').stdout, /Examples:\n {2}\$ recheck doctor/)
  assert.match(recheck('--version').stdout, /^\d+\.\d+\.\d+\n$/)
})

test('an unknown command or option is bad input: one line on stderr, exit code 2', () => {
  for (const args of [['nonsense'], ['doctor', '--nonsense'], ['doctor', 'too', 'many']]) {
    const { code, stdout, stderr } = recheck(...args)
    assert.equal(code, 2, args.join(' '))
    assert.equal(stdout, '')
    assert.match(stderr, /^error: /)
    assert.doesNotMatch(stderr, /\n\s+at /)
  }
})

test('doctor --json prints one document that fits its schema, and its exit code says whether training can run', () => {
  const { code, stdout } = recheck('doctor', '--json', '--data-dir', folder)
  const diagnosis = DoctorOutput.parse(JSON.parse(stdout))
  assert.equal(diagnosis.dataFolder.path, folder)
  assert.equal(diagnosis.dataFolder.isWritable, true)
  assert.equal(code, diagnosis.canTrain ? 0 : 1)
  assert.equal(diagnosis.canTrain, true, JSON.stringify(diagnosis.problems))
  assert.match(diagnosis.tensorFlow.version ?? '', /^2\./)
  assert.match(diagnosis.onnxRuntime.version ?? '', /^1\./)
  assert.ok(diagnosis.onnxRuntime.providers.some(({ name }) => name === 'cpu'))
  assert.ok(diagnosis.device.inUse !== null)
  assert.equal(diagnosis.device.whyNoGpu === null, !diagnosis.device.inUse.startsWith('cpu'))
  assert.ok(diagnosis.memory.totalBytes > diagnosis.memory.availableBytes)
})

test('the command is found through a link, as npx makes one', () => {
  const link = join(folder, 'recheck')
  symlinkSync(bin, link)
  const { status, stdout } = spawnSync(process.execPath, [link, '--version'], { encoding: 'utf8' })
  assert.equal(status, 0)
  assert.match(stdout, /^\d/)
})

test('Ctrl-C: the command ends what it does and the exit code is 130', () => {
  const script = `const { runCli } = await import('${join(root, 'src/main/cli.ts')}')
    const running = runCli(['doctor'])
    process.kill(process.pid, 'SIGINT')
    await running`
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  })
  assert.match(stdout, /^device/)
  assert.equal(status, 130)
})

test('an older Node hands the command to the Node that the project ships, exit code included', () => {
  const { status, stderr } = spawnSync(process.execPath, [...asOlderNode, bin, 'nonsense'], {
    encoding: 'utf8',
  })
  assert.match(stderr, /^error: unknown command/)
  assert.equal(status, 2)
})

test('a reader that goes away early is no error', async () => {
  const child = spawn(process.execPath, [bin, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  const [code] = (await once(child, 'exit')) as [number | null]
  assert.equal(code, 0)
})

test('the data folder: --data-dir, else RECHECK_HOME, else the XDG folder; the cache likewise', () => {
  assert.equal(dataFolder('/chosen', { RECHECK_HOME: '/home' }), '/chosen')
  assert.equal(dataFolder('below', {}), join(process.cwd(), 'below'))
  assert.equal(dataFolder(undefined, { RECHECK_HOME: '/home' }), '/home')
  assert.equal(dataFolder('~/runs', {}), join(homedir(), 'runs'))
  assert.match(dataFolder(undefined, {}), /[/\\]recheck([/\\]Data)?$/)
  assert.equal(cacheFolder({ RECHECK_CACHE: '/cache' }), '/cache')
  const env = { ...process.env, XDG_DATA_HOME: '/xdg/data', XDG_CACHE_HOME: '/xdg/cache', RECHECK_HOME: '' }
  const script = `const p = await import('${join(root, 'src/main/host/machine/paths.ts')}'); console.log(p.dataFolder(), p.cacheFolder())`
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env,
  })
  if (process.platform === 'linux') assert.equal(stdout, '/xdg/data/recheck /xdg/cache/recheck\n')
})
