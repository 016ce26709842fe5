import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { loadTokenizer } from '../../../../src/main/host/model/hubTokenizer.ts'
import { importGguf, type ImportedModel } from '../../../../src/main/host/model/gguf/importGguf.ts'
import { openModelFolder, readParameters } from '../../../../src/main/host/model/modelFolder.ts'
import { OnnxDecoder } from '../../../../src/main/host/onnx/decoder.ts'
import { assertClose } from '../../../assertClose.ts'

const fixtures = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'gguf')

/** Made by tests/oracles/gguf_files.py with transformers and gguf-py. */
interface Expected {
  readonly models: Readonly<
    Record<
      string,
      {
        readonly parameters: Readonly<Record<string, string>>
        readonly ids: readonly number[]
        readonly last_logits: readonly number[]
        readonly tokens: Readonly<Record<string, readonly number[]>>
        readonly chat: string
      }
    >
  >
}
const { models: expected } = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as Expected

async function imported(t: TestContext, path: string): Promise<ImportedModel> {
  const models = mkdtempSync(join(tmpdir(), 'recheck-gguf-'))
  t.after(() => rmSync(models, { recursive: true, force: true }))
  return importGguf({ path, name: 'tiny', models, report: () => undefined })
}

for (const [name, wanted] of Object.entries(expected)) {
  test(`${name}: weights, tokens and chat template are those of transformers, bit for bit`, async (t) => {
    const { model, parameters: count, notices } = await imported(t, join(fixtures, `${name}.gguf`))
    assert.deepEqual(notices, [])
    assert.equal(model.source?.licence, 'cc0-1.0')
    const folder = await openModelFolder(model.folder)
    assert.deepEqual(folder.notices, [])
    const parameters = await readParameters(folder)
    assert.deepEqual([...parameters.keys()].sort(), Object.keys(wanted.parameters).sort())
    let elements = 0
    for (const [parameter, { values }] of parameters) {
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      assert.equal(sha256, wanted.parameters[parameter], parameter)
      elements += values.length
    }
    assert.equal(count, elements)
    const tokenizer = await loadTokenizer(model.folder)
    for (const [text, ids] of Object.entries(wanted.tokens)) {
      assert.deepEqual(tokenizer.encode(text), ids, text)
      assert.equal(tokenizer.decode(ids), text)
    }
    assert.equal(tokenizer.renderChat([{ role: 'user', content: 'in the hen' }], true), wanted.chat)
    assert.deepEqual(tokenizer.endIds, [2])
  })

  test(`${name}: the model answers as transformers' does`, async (t) => {
    const { model } = await imported(t, join(fixtures, `${name}.gguf`))
    const folder = await openModelFolder(model.folder)
    const decoder = await OnnxDecoder.load(
      { config: folder.config, threads: 1, weightsAs: 'inputs' },
      await readParameters(folder),
    )
    try {
      const logits = await decoder.scoreRow(wanted.ids)
      const last = logits.subarray(-wanted.last_logits.length)
      wanted.last_logits.forEach((logit, token) => assertClose(last[token] ?? NaN, logit, 2e-4))
    } finally {
      await decoder.dispose()
    }
  })
}

test('an import that is interrupted leaves nothing behind', async (t) => {
  const models = mkdtempSync(join(tmpdir(), 'recheck-gguf-'))
  t.after(() => rmSync(models, { recursive: true, force: true }))
  const stop = new AbortController()
  const running = importGguf({
    path: join(fixtures, 'llama.gguf'),
    name: 'tiny',
    models,
    signal: stop.signal,
    report: ({ activity }) => {
      if (activity === 'writing weights') stop.abort()
    },
  })
  await assert.rejects(running, { name: 'AbortError' })
  assert.deepEqual(readdirSync(models), [])
})
