import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { writeVotes } from '../../../src/main/owner/tasks/voteFiles.ts'
import type { VoteCurve } from '../../../src/shared/runs/evaluation/voteCurve.ts'
import { recordedRay } from '../../main/owner/remote/recordedRay.ts'
import { temporaryFolder } from '../../main/store/storeFixtures.ts'
import { assertShown, openPages, type OpenedPages } from '../support/openPages.ts'
import { svgOf, textsOf } from '../support/plotFiles.ts'
import { seedRuns } from '../support/seedStore.ts'

const interval = (estimate: number) => ({ estimate, low: estimate - 0.02, high: estimate + 0.02 })
const row = (method: VoteCurve['curve'][number]['method'], n: number, tokensPerProblem: number) => ({
  method,
  n,
  tokensPerProblem,
  accuracy: interval(0.7 + 0.01 * n),
})
const votes: VoteCurve = {
  step: 0,
  checkpoint: null,
  problems: 1000,
  samples: 4,
  createdAtMs: 1,
  curve: [
    ...[1, 2, 3, 4].map((n) => row('majority-vote', n, 20 * n)),
    ...[1, 2, 3, 4].map((n) => row('self-correction', n, 68.7 * n)),
    ...[1, 2, 3, 4].map((n) => row('self-verified-best', n, 40 * n)),
  ],
  atEqualTokens: [
    { ...row('self-correction', 1, 68.7), bound: 'equal', selfCorrectionAhead: null },
    { ...row('majority-vote', 3, 60), bound: 'below', selfCorrectionAhead: interval(-0.05) },
  ],
}

let pages: OpenedPages | null = null
before(async () => {
  pages = await openPages(seedRuns.filter(({ runId }) => runId === 'r-first'))
  await writeVotes(pages.server.owner.dataDir, 'r-first', votes)
})
after(() => pages?.close())

test('the Evaluations tab draws accuracy against tokens and says who is ahead at equal tokens', async () => {
  const { page, assertNoErrors } =
    (await pages?.open('#/run/r-first/evaluations')) ?? assert.fail('not opened')
  const section = page.getByRole('region', { name: 'Accuracy against tokens', exact: true })
  const equal = section.getByRole('table', { name: 'At equal tokens' })
  await assertShown(equal.getByText('just less'))
  assert.match(
    await equal.innerText(),
    /pass@1 and majority vote\s+3\s+60\.0 just less\s+0\.730 \[0\.710, 0\.750\]\s+−0\.050 \[−0\.070, −0\.030\]/,
  )
  const svg = await svgOf(page, 'Accuracy against tokens, step 0')
  for (const label of ['pass@1 and majority vote', 'self-correction', 'self-verified best'])
    assert.ok(textsOf(svg).includes(label), label)
  assert.equal(svg.match(/fill-opacity="0\.16"/g)?.length, 3, 'a band a method')
  await assertShown(section.getByRole('button', { name: /^Measure step/ }))
  assertNoErrors()
})

test('votes are measured on a Ray cluster: where, what it waits for, how far; the answer is drawn', async (t) => {
  const ray = await recordedRay(t)
  // step 0 is the model folder itself: nothing is copied
  pages?.server.owner.db.prepare(`DELETE FROM checkpoint WHERE run_id = 'r-first'`).run()
  const shared = temporaryFolder(t)
  const { page, assertNoErrors } =
    (await pages?.open('#/run/r-first/evaluations')) ?? assert.fail('not opened')
  const section = page.getByRole('region', { name: 'Accuracy against tokens', exact: true })
  await section.getByRole('button', { name: 'Change where each measurement runs' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('Ray cluster', { exact: true }).click()
  await dialog.getByLabel('Address').fill(ray.address)
  await dialog.getByLabel('Shared folder').fill(shared)
  await dialog.getByRole('button', { name: 'Done' }).click()
  await assertShown(section.getByText(`Each measurement runs on Ray at ${ray.address}.`))
  await section.getByRole('button', { name: 'Measure step 0' }).click()
  const title = `Evaluating step 0 with 16 samples a problem, on Ray at ${ray.address}`
  const work = page.getByRole('group', { name: title })
  await assertShown(page.getByText(/^Job has not started yet/))
  const [[job = '', { entrypoint } = { entrypoint: '' }] = []] = [...ray.jobs]
  assert.match(entrypoint, /\/src\/main\/inspect\.ts --job \S+\/evaluations\/eval-\w+\/1$/)
  ray.set(job, 'RUNNING')
  const home = join(shared, 'evaluations')
  const records = join(home, readdirSync(home)[0] ?? '', '1', 'records.jsonl')
  const lines = (first: number, messages: readonly unknown[]): string =>
    messages.map((message, index) => `${JSON.stringify({ number: first + index, message })}\n`).join('')
  const progress = { activity: 'votes on test: attempts', done: 3, total: 48, unit: 'completions' }
  const said = lines(1, [
    { type: 'began', host: 'there', processId: 1 },
    { type: 'told', event: { type: 'progress', ...progress } },
  ])
  writeFileSync(records, said)
  await assertShown(work.getByText(/votes on test: attempts, 3 of 48 completions/))
  const { problems, curve, atEqualTokens } = votes
  const answer = { type: 'answer', data: { problems, curve, atEqualTokens } }
  writeFileSync(records, said + lines(3, [answer, { type: 'ended', outcome: 'finished' }]))
  await work.waitFor({ state: 'detached' })
  assert.deepEqual(readdirSync(home), [])
  assertNoErrors()
})
