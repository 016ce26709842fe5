import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openPages, type OpenedPage, type OpenedPages } from '../support/openPages.ts'

// no session answers here, and so there is no Secret Service
process.env['DBUS_SESSION_BUS_ADDRESS'] = 'unix:path=/nonexistent/bus'
process.env['HF_TOKEN'] = 'hf_secret_of_variable'

let pages: OpenedPages
let opened: OpenedPage
before(async () => {
  pages = await openPages([])
  opened = await pages.open('#/models')
})
after(() => pages.close())

test('the dialog says which token counts and that this machine has no key store, and shows none', async () => {
  const { page } = opened
  await page.getByRole('button', { name: 'Hub token…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Token of the hub' })
  await dialog
    .getByText(/Downloads use the token of the variable HF_TOKEN for .*; no key store here: /)
    .waitFor()
  await dialog.getByText('Set HF_TOKEN where Recheck is started').waitFor()
  const field = dialog.getByLabel('Token', { exact: true })
  assert.equal(await field.getAttribute('type'), 'password')
  assert.ok(await field.isDisabled())
  assert.ok(await dialog.getByRole('button', { name: 'Store it' }).isDisabled())
  assert.doesNotMatch(await page.content(), /hf_secret/)
  opened.assertNoErrors()
})

test('a token that comes by the route anyway is refused, told to nobody and in no file', async () => {
  const { page } = opened
  const answer = await page.evaluate(
    `fetch('/api/hub.login', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"token":"hf_secret_typed"}' }).then((reply) => reply.text())`,
  )
  assert.match(String(answer), /"hub\.key-store"/)
  assert.doesNotMatch(String(answer), /hf_secret/)
  for (const file of filesUnder(pages.server.owner.dataDir)) {
    assert.ok(!readFileSync(file).includes('hf_secret'), `the token is in ${file}`)
  }
})

function filesUnder(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
}
