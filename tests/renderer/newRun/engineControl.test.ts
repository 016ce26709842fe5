import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { recordedRay, type RecordedRay } from '../../main/owner/remote/recordedRay.ts'
import { assertShown, openPages, type OpenedPages } from '../support/openPages.ts'

let pages: OpenedPages
let ray: RecordedRay
const shared = mkdtempSync(join(tmpdir(), 'recheck-shared-'))
const closing: (() => void)[] = []
before(async () => {
  ray = await recordedRay({ after: (close) => void closing.push(close as () => void) })
  pages = await openPages([])
})
after(async () => {
  await pages.close()
  closing.forEach((close) => close())
  rmSync(shared, { recursive: true, force: true })
})

test('a Ray cluster is named, tested and given a run; the run says as which job it waits, and for what', async () => {
  const { page } = await pages.open('#/new')
  await page.getByText('Ray cluster', { exact: true }).click()
  const fields = page.getByRole('group', { name: 'Ray cluster' })
  await assertShown(fields.getByText('A shared folder is missing'))
  await fields.getByLabel('Address').fill('http://127.0.0.1:9')
  await fields.getByLabel('Shared folder').fill('nowhere')
  const test = fields.getByRole('button', { name: 'Test connection' })
  await test.click()
  await assertShown(fields.getByText(/Shared folder is to be an absolute path, got "nowhere"/))
  await fields.getByLabel('Shared folder').fill(shared)
  await test.click()
  await assertShown(fields.getByText(/Ray at http:\/\/127\.0\.0\.1:9 does not answer/))
  await fields.getByLabel('Address').fill(ray.address)
  await test.click()
  await assertShown(fields.getByText(`Ray 2.60.0 at ${ray.address}; records and checkpoints in ${shared}`))
  await fields.getByLabel('Graphics cards').fill('1')
  await fields.getByLabel('Send Recheck’s code along').check()
  await fields.getByLabel('Its packages').fill('/opt/recheck/node_modules')
  await page.getByRole('button', { name: 'Start', exact: true }).click()
  const place = page.getByRole('group', { name: 'Where it runs' })
  await assertShown(place.getByText(/^On Ray at .*: job run-\S+\.1, waiting\. Job has not started yet/))
  await assertShown(place.getByText('It asks for 1 processor, 1 graphics card.', { exact: false }))
  assert.equal(await page.getByText('It waits for its turn').count(), 0)
  const [[id = '', job] = []] = [...ray.jobs]
  assert.match(
    job?.entrypoint ?? '',
    /^sh resources\/bin\/clusterJob\.sh worker\.ts \S+\/runs\/run-\S+\/attempts\/1$/,
  )
  const [[code = ''] = []] = [...ray.packages]
  assert.deepEqual(job?.asked['runtime_env'], {
    env_vars: { RECHECK_MODULES: '/opt/recheck/node_modules' },
    working_dir: `gcs://${code}`,
  })
  await place.getByRole('button', { name: 'Output of the job' }).click()
  await assertShown(place.getByText(`output of ${id}`))
  await page.context().close()
})

test('what was chosen last stands there again, and here is one click away', async () => {
  const { page } = await pages.open('#/new')
  await page.getByText('Ray cluster', { exact: true }).click()
  await page.getByLabel('Shared folder').fill(shared)
  await page.reload()
  await assertShown(page.getByRole('group', { name: 'Ray cluster' }))
  assert.equal(await page.getByLabel('Shared folder').inputValue(), shared)
  await page.getByText('This machine', { exact: true }).click()
  await page.getByRole('group', { name: 'Ray cluster' }).waitFor({ state: 'detached' })
  await page.context().close()
})
