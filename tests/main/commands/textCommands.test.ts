import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { PassThrough } from 'node:stream'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { register as registerChat } from '../../../src/main/commands/chat.ts'
import type { Register } from '../../../src/main/commands/command.ts'
import { register as registerGenerate } from '../../../src/main/commands/generate.ts'
import { register as registerVerify } from '../../../src/main/commands/verify.ts'
import { RecheckError } from '../../../src/shared/errors/recheckError.ts'
import { goldenFolder } from '../../goldenFolders.ts'
import { BUILTIN_FOLDER } from '../../tokenizerFolders.ts'
import { commandFixture } from './commandFixture.ts'

const scratch = await mkdtemp(join(tmpdir(), 'recheck-commands-'))
after(() => rm(scratch, { recursive: true }))

async function run(
  register: Register,
  args: readonly string[],
  stdin = '',
): Promise<{ stdout: string; stderr: string; exitCode: number | null }> {
  const fixture = commandFixture()
  const input = new PassThrough()
  input.end(stdin)
  register(fixture.program, { ...fixture.context, stdin: input })
  await fixture.program.parseAsync([...args], { from: 'user' })
  return { stdout: fixture.stdout(), stderr: fixture.stderr(), exitCode: fixture.exitCode() }
}

for (const sampler of ['onnx', 'op-by-op']) {
  test(`generate with ${sampler}: the built-in model solves 47 + 38`, async () => {
    const args = [
      'generate',
      '--chat',
      '--prompt',
      'What is 47 + 38?',
      '--temperature',
      '0',
      '--sampler',
      sampler,
    ]
    const { stdout, exitCode } = await run(registerGenerate, args)
    assert.equal(stdout, '47+38=85 #### 85\n')
    assert.equal(exitCode, 0)
  })

  test(`chat with ${sampler}: the second turn sees the first`, async () => {
    const args = ['chat', '--temperature', '0', '--sampler', sampler, '--json']
    const { stdout } = await run(registerChat, args, 'What is 47 + 38?\nCheck the answer.\n\n')
    const { turns } = JSON.parse(stdout) as { turns: { answer: string; finishReason: string }[] }
    assert.deepEqual(
      turns.map(({ answer, finishReason }) => [answer, finishReason]),
      [
        ['47+38=85 #### 85', 'stop'],
        ['85-38=47 want 47. The answer is correct.', 'stop'],
      ],
    )
  })
}

test('generate --json: the document says what the model was given; the seed decides the text', async () => {
  const document = async (seed: number): Promise<Record<string, unknown>> => {
    const args = ['generate', '--prompt', '<bos><user>What is 7 * 8?', '--seed', String(seed), '--json']
    return JSON.parse(
      (await run(registerGenerate, [...args, '--temperature', '3', '--max-tokens', '12'])).stdout,
    )
  }
  const first = await document(1)
  assert.equal(first['prompt'], '<bos><user>What is 7 * 8?')
  assert.equal(first['promptTokens'], 16)
  assert.ok((first['completionIds'] as number[]).length <= 12)
  assert.deepEqual(await document(1), first)
  assert.notDeepEqual((await document(2))['completionIds'], first['completionIds'])
})

test('generate: what cannot be is said with the way out', async () => {
  const refused = async (args: readonly string[], code: string, message: RegExp) =>
    assert.rejects(
      run(registerGenerate, ['generate', ...args]),
      (thrown) => thrown instanceof RecheckError && thrown.code === code && message.test(thrown.message),
    )
  await refused(['--prompt', 'x', '--temperature', '-1'], 'usage.invalid', /temperature/)
  await refused(['--prompt', 'x', '--sampler', 'best'], 'usage.invalid', /sampler/)
  await refused(
    ['--prompt', 'x', '--model', scratch],
    'checkpoint.no-config',
    /has no config.json: it is empty/,
  )
  await refused(['--prompt', 'x', '--model', goldenFolder('llama')], 'tokenizer.missing', /tokenizer.json/)
  await refused(['--prompt', 'x'.repeat(300)], 'sampler.too-long', /300 prompt.*256 positions/)
})

test('generate: an unknown field of config.json is reported on stderr, beside the completion', async () => {
  const folder = join(scratch, 'unknown-field')
  await cp(BUILTIN_FOLDER, folder, { recursive: true })
  const path = join(folder, 'config.json')
  const json = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
  await writeFile(path, JSON.stringify({ ...json, logit_cap: 30 }))
  const args = ['generate', '--chat', '--prompt', 'What is 47 + 38?', '--temperature', '0', '--model', folder]
  const { stdout, stderr } = await run(registerGenerate, args)
  assert.equal(stdout, '47+38=85 #### 85\n')
  assert.match(stderr, /config.json: Recheck does not know and does not read "logit_cap"\./)
  assert.equal((await run(registerGenerate, args.slice(0, -2))).stderr, '')
})

test('verify: exit code 0 and a table where all passes, 1 where a row fails, and --json holds every row', async () => {
  const good = await run(registerVerify, ['verify', goldenFolder('llama-gqa7'), '--engine', 'op by op'])
  assert.equal(good.exitCode, 0)
  assert.match(good.stdout, /^pass {2}op by op {2}logits +\d\.\d+e-\d+ {2}limit 2\.00e-4$/m)
  assert.match(good.stdout, /all \d+ passed\n$/)
  const folder = join(scratch, 'bad')
  await cp(goldenFolder('llama-gqa7'), folder, { recursive: true })
  const json = JSON.parse(await readFile(join(folder, 'expected.json'), 'utf8')) as object
  await writeFile(join(folder, 'expected.json'), JSON.stringify({ ...json, loss: 1 }))
  const bad = await run(registerVerify, ['verify', folder, '--engine', 'op by op', '--json'])
  assert.equal(bad.exitCode, 1)
  const document = JSON.parse(bad.stdout) as {
    passed: boolean
    rows: { quantity: string; passed: boolean }[]
  }
  assert.equal(document.passed, false)
  assert.deepEqual(
    document.rows.filter((row) => !row.passed).map((row) => row.quantity),
    ['loss'],
  )
  await assert.rejects(run(registerVerify, ['verify', folder, '--engine', 'none']), /unknown engine "none"/)
})
