import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CommanderError } from 'commander'
import { buildProgram } from '../../../src/main/cli.ts'
import { commandLineOf, runnableCommands } from '../../../src/main/commands/command.ts'
import { refuseUnknown, withHelpOption } from '../../../src/main/commands/helpRequest.ts'
import { commandFixture } from './commandFixture.ts'

interface Answer {
  /** commander's code: `commander.helpDisplayed`, `commander.version`, `commander.unknownCommand`, … */
  readonly code: string
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** What the command line answers; it must ask for help or the version, so that nothing is run. */
async function answerTo(line: string): Promise<Answer> {
  const fixture = commandFixture()
  const program = buildProgram(fixture.context)
  let stderr = ''
  try {
    const args = withHelpOption(program, line.split(' '))
    refuseUnknown(buildProgram(commandFixture().context), args, (text) => (stderr += text))
    await program.parseAsync([...args], { from: 'user' })
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown
    const { code, exitCode } = thrown
    return { code, exitCode, stdout: fixture.stdout(), stderr: stderr + fixture.stderr() }
  }
  return assert.fail(`${line}: was run`)
}

const names = runnableCommands(buildProgram(commandFixture().context)).map((command) =>
  commandLineOf(command).replace(/^recheck /, ''),
)

test('help of every command, asked for in each way, is that command’s own', async () => {
  for (const name of names) {
    for (const line of [`${name} --help`, `${name} -h`, `help ${name}`]) {
      const { exitCode, stdout, stderr } = await answerTo(line)
      assert.equal(exitCode, 0, line)
      assert.equal(stderr, '', line)
      assert.ok(stdout.startsWith(`Usage: recheck ${name} `), `${line}: ${stdout.slice(0, 60)}`)
    }
  }
})

test('help of a group and of the whole, the version: exit code 0', async () => {
  for (const [line, beginning] of [
    ['--help', 'Usage: recheck [options] [command]'],
    ['-h', 'Usage: recheck [options] [command]'],
    ['help', 'Usage: recheck [options] [command]'],
    ['help help', 'Usage: recheck [options] [command]'],
    ['data --help', 'Usage: recheck data [options] [command]'],
    ['data help', 'Usage: recheck data [options] [command]'],
    ['data help check', 'Usage: recheck data check '],
    ['--version', ''],
    ['doctor --version', ''],
  ] as const) {
    const { exitCode, stdout, stderr } = await answerTo(line)
    assert.deepEqual([exitCode, stderr], [0, ''], line)
    assert.ok(stdout.startsWith(beginning) && stdout !== '', line)
  }
})

test('what is not known is an error, though help or the version is asked for; commander’s suggestion stands beside it', async () => {
  const perCommand = names.flatMap((name): (readonly [string, string, RegExp])[] => [
    [`${name} --nonsense --help`, 'commander.unknownOption', /unknown option '--nonsense'/],
    // `report` takes as many runs as are named
    ...(name === 'report'
      ? []
      : [[`${name} a b c d --help`, 'commander.excessArguments', /too many arguments/] as const]),
    [`help ${name} --nonsense`, 'commander.unknownOption', /unknown option '--nonsense'/],
  ])
  for (const [line, code, message] of [
    ['nonsense --help', 'commander.unknownCommand', /unknown command 'nonsense'/],
    ['nonsense -h', 'commander.unknownCommand', /unknown command 'nonsense'/],
    ['--help nonsense', 'commander.unknownCommand', /unknown command 'nonsense'/],
    ['help nonsense', 'commander.unknownCommand', /unknown command 'nonsense'/],
    ['nonsense --version', 'commander.unknownCommand', /unknown command 'nonsense'/],
    ['trian --help', 'commander.unknownCommand', /Did you mean train\?/],
    ['data nonsense --help', 'commander.unknownCommand', /unknown command 'nonsense'/],
    ['data help nonsense', 'commander.unknownCommand', /unknown command 'nonsense'/],
    ['help data chek', 'commander.unknownCommand', /Did you mean check\?/],
    ['--nonsense --help', 'commander.unknownOption', /unknown option '--nonsense'/],
    ['generate --promt x --help', 'commander.unknownOption', /Did you mean --prompt\?/],
    ...perCommand,
  ] as const) {
    const answer = await answerTo(line)
    assert.equal(answer.code, code, line)
    assert.notEqual(answer.exitCode, 0, line)
    assert.equal(answer.stdout, '', line)
    assert.match(answer.stderr, message, line)
  }
})
