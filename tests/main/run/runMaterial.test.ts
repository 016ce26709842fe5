import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { loadRunMaterial } from '../../../src/main/run/runMaterial.ts'
import { parseConfig } from '../../../src/shared/config/parseConfig.ts'
import { RecheckError } from '../../../src/shared/errors/recheckError.ts'

test('an error about the reference names its field, whatever names the message mentions', async () => {
  const fieldOf = async (model: { readonly path: string; readonly reference: string }): Promise<unknown> => {
    const loaded = loadRunMaterial(parseConfig({ model }, 'test'), tmpdir())
    const thrown: unknown = await loaded.then(
      () => assert.fail('nothing was refused'),
      (error: unknown) => error,
    )
    assert.ok(thrown instanceof RecheckError, String(thrown))
    assert.equal(thrown.code, 'model.missing')
    return thrown.data['field']
  }
  assert.equal(await fieldOf({ path: 'builtin', reference: 'nowhere' }), 'model.reference')
  // the message about the policy speaks of the built-in model, which is the reference here
  assert.equal(await fieldOf({ path: 'nowhere', reference: 'builtin' }), undefined)
})
