import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { Command } from 'commander'
import type { CommandContext } from '../../../src/main/commands/command.ts'
import { register, TemplatePreviewOutput } from '../../../src/main/commands/template.ts'
import { BUILTIN_FOLDER } from '../../tokenizerFolders.ts'

async function preview(...args: readonly string[]): Promise<string> {
  const stdout = new PassThrough()
  const context: CommandContext = {
    stdin: new PassThrough(),
    stdout,
    stderr: new PassThrough(),
    nowMs: () => 0,
    signal: new AbortController().signal,
    dataFolder: () => '/nowhere',
    openProgress: () => ({ update: () => undefined, stop: () => undefined }),
    setExitCode: (code) => assert.equal(code, 0),
  }
  const program = new Command('recheck').exitOverride()
  register(program, context)
  await program.parseAsync(['template', 'preview', BUILTIN_FOLDER, ...args], { from: 'user' })
  return String(stdout.read() ?? '')
}

test('the three turns of the built-in model: ids counted by hand from its vocabulary', async () => {
  const output = TemplatePreviewOutput.parse(
    JSON.parse(await preview('--question', 'What is 1 + 2?', '--attempt', '3', '--json')),
  )
  assert.equal(output.template, 'builtin')
  assert.deepEqual([output.endTurnId, output.endIds], [2, [2]])
  const [attempt, verdict, revision] = output.turns
  // <bos> <user> W h a t _ i s _ 1 _ + _ 2 ? <assistant>
  assert.deepEqual(attempt?.promptIds, [1, 3, 53, 64, 57, 76, 6, 65, 75, 6, 8, 6, 17, 6, 9, 24, 4])
  assert.deepEqual(verdict?.promptIds.slice(17, 19), [10, 2])
  assert.equal(verdict?.injectedText, '<user>Check the answer.<assistant>')
  assert.equal(revision?.injectedText, '<user>Try again.<assistant>')
  // <user> T r y _ a g a i n . <assistant>
  assert.deepEqual(revision?.injectedIds, [3, 50, 74, 81, 6, 57, 63, 57, 65, 70, 26, 4])
})

test('as text, with a template of one’s own from a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'recheck-template-'))
  const path = join(folder, 'mine.yaml')
  const lines = [
    'name: mine',
    'layout: chat',
    'answerMarker: hash',
    "attempt: '{question}'",
    'verdict: OK?',
    'revision: Redo.',
  ]
  await writeFile(path, lines.join('\n'))
  const text = await preview('--template', path)
  assert.match(text, /^template mine \(chat, hash\), version [0-9a-f]{16}\n/)
  assert.match(text, /text {2}"<user>OK\?<assistant>"/)
  await writeFile(
    path,
    [...lines.slice(0, 3), 'attempt: Solve it', 'verdikt: OK?', 'revision: Redo.'].join('\n'),
  )
  await assert.rejects(preview('--template', path), {
    code: 'template.invalid',
    message:
      /placeholder \{question\}[^]*verdict[^]*Unrecognized key: "verdikt"|Unrecognized key: "verdikt"[^]*placeholder/,
  })
  await assert.rejects(preview('--template', 'chat-boxd'), { code: 'template.unknown' })
  await rm(folder, { recursive: true })
})
