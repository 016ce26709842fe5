import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { importGguf } from '../../../../src/main/host/model/gguf/importGguf.ts'
import { RecheckError } from '../../../../src/shared/errors/recheckError.ts'

const fixtures = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'gguf')

/** A sound file with one text of its bytes replaced by another of the same length. */
function changed(t: TestContext, name: string, ...changes: readonly (readonly [string, string])[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'recheck-gguf-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  let text = readFileSync(join(fixtures, `${name}.gguf`)).toString('latin1')
  for (const [from, to] of changes) {
    assert.equal(from.length, to.length)
    assert.ok(text.includes(from), from)
    text = text.replaceAll(from, to)
  }
  const path = join(folder, 'model.gguf')
  writeFileSync(path, text, 'latin1')
  return path
}

async function assertRefused(t: TestContext, path: string, code: string, message: RegExp): Promise<void> {
  const models = mkdtempSync(join(tmpdir(), 'recheck-gguf-'))
  t.after(() => rmSync(models, { recursive: true, force: true }))
  await assert.rejects(importGguf({ path, name: 'm', models, report: () => undefined }), (error: unknown) => {
    assert.ok(error instanceof RecheckError, String(error))
    assert.equal(error.code, code, error.message)
    assert.match(error.message, message)
    return true
  })
  assert.deepEqual(readdirSync(models), [])
}

test('tokenizers, pre-tokenizers and architectures that Recheck does not read are refused by name', async (t) => {
  const architecture = changed(t, 'qwen3', ['\u0005\0\0\0\0\0\0\0qwen3', '\u0005\0\0\0\0\0\0\0gemma'])
  await assertRefused(
    t,
    architecture,
    'gguf.unsupported',
    /its architecture is "gemma"\. Recheck reads llama, qwen2/,
  )
  const kind = changed(t, 'llama', ['\u0004\0\0\0\0\0\0\0gpt2', '\u0004\0\0\0\0\0\0\0bert'])
  await assertRefused(t, kind, 'gguf.unsupported', /its tokenizer is "bert"/)
  const pre = changed(t, 'llama', ['\u0006\0\0\0\0\0\0\0smollm', '\u0006\0\0\0\0\0\0\0tekken'])
  await assertRefused(
    t,
    pre,
    'gguf.unsupported',
    /"tokenizer.ggml.pre"\) is "tekken"\. Recheck knows gpt-2, smollm/,
  )
})

test('tensors under other names are missing; tokens that stand twice and merges of nothing are refused', async (t) => {
  await assertRefused(
    t,
    changed(t, 'qwen2', ['blk.1.attn_q.bias', 'blk.1.attn_x.bias']),
    'checkpoint.missing-tensor',
    /the tensor "blk\.1\.attn_q\.bias" \[64\] is missing/,
  )
  await assertRefused(
    t,
    changed(t, 'llama', ['blk.1.ffn_up', 'blk.2.ffn_up']),
    'checkpoint.layers',
    /says 2 layers, its tensors have 3/,
  )
  await assertRefused(
    t,
    changed(t, 'gpt2', ['t h', 't \u0001']),
    'gguf.invalid',
    /the merge "t .*" is not of two tokens/,
  )
})

test('settings that Recheck does not compute are refused, those it does not know are reported', async (t) => {
  const scaled = changed(t, 'llama', ['llama.vocab_size', 'llama.expert_cnt'])
  const models = mkdtempSync(join(tmpdir(), 'recheck-gguf-'))
  t.after(() => rmSync(models, { recursive: true, force: true }))
  const { notices } = await importGguf({ path: scaled, name: 'm', models, report: () => undefined })
  assert.match(notices[0] ?? '', /does not know and does not read "?llama\.expert_cnt/)
})

test('a file that is cut off, another file and no file are named', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'recheck-gguf-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const path = join(folder, 'model.gguf')
  const whole = readFileSync(join(fixtures, 'llama.gguf'))
  writeFileSync(path, whole.subarray(0, whole.length - 100))
  await assertRefused(
    t,
    path,
    'gguf.invalid',
    /is truncated: the tensor .* ends at byte \d+, the file has \d+/,
  )
  writeFileSync(path, '<!doctype html><title>Log in</title>')
  await assertRefused(t, path, 'gguf.invalid', /is a web page/)
  writeFileSync(path, '')
  await assertRefused(t, path, 'gguf.invalid', /is empty/)
  await assertRefused(t, folder, 'file.unreadable', /is no regular file; expected a GGUF file/)
  await assertRefused(t, join(folder, 'none.gguf'), 'file.unreadable', /cannot be read/)
})

test('any byte that is changed gives a model or a named refusal, never another error', async (t) => {
  const sound = readFileSync(join(fixtures, 'qwen3.gguf'))
  const folder = mkdtempSync(join(tmpdir(), 'recheck-gguf-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  let random = 12345
  const next = (limit: number): number => {
    random = (Math.imul(random, 1103515245) + 12345) >>> 0
    return random % limit
  }
  let refused = 0
  for (let attempt = 0; attempt < 150; attempt++) {
    const bytes = Buffer.from(sound)
    // the header is where a byte decides the most
    bytes[next(attempt % 2 === 0 ? 700 : 11_000)] = next(256)
    const path = join(folder, `${attempt}.gguf`)
    writeFileSync(path, bytes)
    try {
      await importGguf({ path, name: `m${attempt}`, models: join(folder, 'models'), report: () => undefined })
    } catch (thrown) {
      assert.ok(thrown instanceof RecheckError, `attempt ${attempt}: ${String(thrown)}`)
      refused++
    }
    rmSync(path)
  }
  assert.ok(refused > 20, `${refused} refused`)
})
