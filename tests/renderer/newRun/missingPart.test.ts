import assert from 'node:assert/strict'
import { test } from 'node:test'
import { missingPart } from '../../../src/renderer/src/newRun/missingPart.ts'
import { planText } from '../../../src/renderer/src/library/fetchText.ts'
import { parseConfig } from '../../../src/shared/config/parseConfig.ts'
import { RecheckError } from '../../../src/shared/recheckError.ts'

const configOf = (layer: object) => parseConfig(layer, 'a test')

test('what a config names and the hub may have is offered; a path never is', () => {
  const config = configOf({ model: { path: 'owner/name@main', reference: '/models/mine' } })
  const named = new RecheckError('model.missing', 'model "owner/name@main" is not a folder with config.json.')
  assert.deepEqual(missingPart(named, config), { kind: 'model', name: 'owner/name@main' })
  const folder = new RecheckError('model.missing', 'model "/models/mine" is not a folder with config.json.')
  assert.equal(missingPart(folder, config), null)
  assert.equal(missingPart(null, config), null)
  assert.equal(missingPart(new RecheckError('data.missing', 'math'), config), null)
  const math = configOf({ data: { source: 'math' } })
  assert.deepEqual(missingPart(new RecheckError('data.missing', 'x'), math), {
    kind: 'data',
    name: 'math',
    subset: null,
  })
})

test('what a download would bring, in one sentence', () => {
  const plan = {
    name: 'a/b',
    files: 6,
    bytes: 3 << 20,
    missingBytes: 1 << 20,
    licence: null,
    pages: [],
    isThere: false,
  }
  assert.equal(
    planText(plan),
    'a/b: 3.0 MiB in 6 files (2.0 MiB of it are here already), its card names no licence.',
  )
  assert.equal(planText({ ...plan, isThere: true }), 'a/b is in the library already.')
})
