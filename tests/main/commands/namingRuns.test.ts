import assert from 'node:assert/strict'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { buildProgram } from '../../../src/main/cli.ts'
import { commandLineOf, runnableCommands } from '../../../src/main/commands/command.ts'
import { openForWriting } from '../../../src/main/store/database.ts'
import { deleteRun } from '../../../src/main/store/runs/runLabels.ts'
import { changeStatus } from '../../../src/main/store/runs/runStore.ts'
import { presetConfig } from '../../../src/shared/config/presets.ts'
import { RecheckError } from '../../../src/shared/errors/recheckError.ts'
import { addRun, temporaryFolder } from '../store/storeFixtures.ts'
import { fileSuite } from '../fileSuite.ts'
import { commandFixture } from './commandFixture.ts'

/**
 * Every command that takes a run, with every way to name one: the same run each time, and the same answer.
 */
const folder = temporaryFolder(fileSuite())
const dataDir = join(folder, 'data')
const runId = '20261127-101500-k7mq'

before(() => {
  const db = openForWriting(dataDir)
  const config = JSON.stringify(presetConfig('builtin', { steps: 2 }))
  const add = (id: string, name: string, group: string): void => {
    addRun(db, id, { name, group, config })
    changeStatus(db, id, { status: 'running', nowMs: 1 })
    changeStatus(db, id, { status: 'finished', nowMs: 2 })
  }
  add('20261126-080000-b2xw', 'another', 'others')
  add(runId, 'balanced, 5e-5', 'learning rate')
  add('20261128-080000-c3yz', 'twin', 'twins')
  add('20261128-090000-d4yz', 'twin', 'twins')
  add('20261129-080000-e5zz', 'gone', 'past')
  deleteRun(db, '20261129-080000-e5zz', 3)
  db.close()
})

/** `$run` is what the user writes, `$new` a path that is free. */
const commands: readonly string[] = [
  'resume $run',
  'replay $run',
  'eval --run $run',
  'export $run --out $new',
  'report $run --out $new.html',
  'export-model $run $new',
  'generate --run $run --prompt x',
  'chat --run $run',
  'show $run',
  'stop $run',
]

const ways: Readonly<Record<string, string>> = {
  id: runId,
  name: 'balanced, 5e-5',
  'the beginning of its id': '20261127',
  'the end of its id': 'k7mq',
  group: 'learning rate',
}

interface Answer {
  /** The error's code, or `done`. */
  readonly code: string
  /** What was said or written of it, without what differs from one call to the next. */
  readonly text: string
}

const count = { calls: 0 }
async function ask(line: string, wanted: string): Promise<Answer> {
  const free = join(folder, `new-${count.calls++}`)
  const words = line.split(' ').map((word) => word.replace('$run', wanted).replace('$new', free))
  const fixture = commandFixture()
  const plain = (text: string): string =>
    text
      .replaceAll(free, '$new')
      .replaceAll(`(${wanted})`, '($run)')
      .replaceAll(/"bytes": \d+/g, '')
  try {
    await buildProgram(fixture.context).parseAsync([...words, '--json', '--data-dir', dataDir], {
      from: 'user',
    })
    return { code: 'done', text: plain(fixture.stdout()) }
  } catch (thrown) {
    if (!(thrown instanceof RecheckError)) throw thrown
    return { code: thrown.code, text: plain(thrown.message) }
  }
}

test('the table has every command that takes a run', () => {
  const takesRun = runnableCommands(buildProgram(commandFixture().context)).filter(
    (command) =>
      command.registeredArguments.some((argument) => argument.name() === 'run') ||
      command.options.some(({ long, flags }) => long === '--run' && flags.includes('<')),
  )
  const names = takesRun.map((command) => commandLineOf(command).split(' ')[1])
  assert.deepEqual(names.toSorted(), commands.map((line) => line.split(' ')[0]).toSorted())
})

for (const line of commands) {
  test(`recheck ${line}: five ways to name one run, one answer; a name of two, of none and of a deleted one`, async () => {
    const byId = await ask(line, runId)
    assert.match(byId.text, new RegExp(runId))
    for (const [way, wanted] of Object.entries(ways))
      assert.deepEqual(await ask(line, wanted), byId, `by ${way}`)
    for (const [wanted, code] of [
      ['twin', 'run.ambiguous'],
      ['twins', 'run.ambiguous'],
      ['yz', 'run.ambiguous'],
      ['20261128', 'run.ambiguous'],
      ['nobody', 'run.unknown'],
      ['', 'run.unknown'],
      ['%', 'run.unknown'],
      ['gone', 'run.deleted'],
      ['past', 'run.deleted'],
      ['e5zz', 'run.deleted'],
    ] as const)
      assert.equal((await ask(line, wanted)).code, code, `"${wanted}"`)
  })
}
