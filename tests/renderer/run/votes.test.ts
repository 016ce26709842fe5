import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { writeVotes } from '../../../src/main/owner/tasks/voteFiles.ts'
import type { VoteCurve } from '../../../src/shared/runs/voteCurve.ts'
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
