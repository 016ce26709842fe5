import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { readOpenEstimate } from '../../../src/main/store/vStarStore.ts'
import { readRun } from '../../../src/main/store/runs/runStore.ts'
import { presetConfig } from '../../../src/shared/config/presets.ts'
import type { Stage } from '../../../src/shared/runs/records.ts'
import { assertShown, goTo, openPages, waitUntil, type OpenedPages } from '../support/openPages.ts'
import { switchNamed } from '../support/plotFiles.ts'

let pages: OpenedPages
before(async () => {
  pages = await openPages([])
})
after(() => pages.close())

/** @returns what the route answers */
async function ask(page: Page, route: string, input: object): Promise<unknown> {
  return page.evaluate(`fetch('/api/${route}', {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: ${JSON.stringify(JSON.stringify(input))} }).then((answer) => answer.json())`)
}

/** A chunk of stage 1 takes 25 ms × samples. @returns the run's id */
async function start(
  page: Page,
  name: string,
  stage: Stage,
  { samples = 4, steps = 4 } = {},
): Promise<string> {
  const config = presetConfig('builtin', { name, steps, vStar: { samples } })
  const started = (await ask(page, 'run.start', { stage, config })) as { data: { runIds: [string] } }
  return started.data.runIds[0]
}

function head(page: Page): Locator {
  return page.locator('header.panel')
}

async function showTab(page: Page, tab: string, text: RegExp): Promise<void> {
  await page.getByRole('tab', { name: tab, exact: true }).click()
  await page.getByRole('tabpanel', { name: tab, exact: true }).getByText(text).waitFor()
}

test('stage 1 of both is shown as that, by its problems, and says what is kept when it is stopped', async () => {
  const { page, assertNoErrors } = await pages.open('#/runs')
  const runId = await start(page, 'both', 'self-correction', { samples: 128 })
  const row = page.getByRole('row').filter({ hasText: 'both' })
  await row.getByText('1: V*', { exact: true }).waitFor()
  const long = row.getByTitle(
    /^stage 1: \d+ of 200 problems · sampling attempts 512 of 512 completions, 41\.2\/s/,
  )
  await long.getByText(/^1 min 14 s left( of stage 1)?$/).waitFor()
  await goTo(page, `#/run/${runId}/checkpoints`)
  await head(page)
    .getByText(/^Stage 1 of 2: V\* · .*– tokens generated · – problems seen/)
    .waitFor()
  await head(page)
    .getByText(
      /^stage 1: (50|100) of 200 problems · sampling attempts 512 of 512 completions, 41\.2\/s, 1 min 14 s left of stage 1$/,
    )
    .waitFor()
  const bar = page.getByRole('progressbar', { name: 'Progress of both' })
  assert.ok(Number(await bar.getAttribute('aria-valuenow')) <= 50, 'the bar is the stage’s, not the chunk’s')
  await page.getByText(/^No checkpoint yet: they come with stage 2\./).waitFor()
  await page.getByRole('button', { name: 'Stop now' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText(/Problems whose V\* is estimated are kept/).waitFor()
  await dialog.getByRole('button', { name: 'Stop now' }).click()
  await page.getByRole('button', { name: 'Resume' }).waitFor()
  const kept = readOpenEstimate(pages.server.owner.db, readRun(pages.server.owner.db, runId).vStarId ?? '')
  assert.ok(kept !== null && kept.done >= 50 && kept.done < 200, JSON.stringify(kept))
  await head(page).getByText(`stage 1: ${kept.done} of 200 problems estimated and kept`).waitFor()
  await head(page)
    .getByText(/^Stage 1 of 2: V\*/)
    .waitFor()
  await page
    .getByText(new RegExp(`keeps each problem’s V. once it is estimated, so far ${kept.done} of 200`))
    .waitFor()
  await showTab(page, 'Rollouts', /rollouts come with stage 2\.$/)
  await goTo(page, '#/runs')
  await row.getByText('1: V*', { exact: true }).waitFor()
  await row.getByTitle(`stage 1: ${kept.done} of 200 problems estimated and kept`).waitFor()
  await goTo(page, `#/run/${runId}/plots`)
  await page.getByRole('button', { name: 'Resume' }).click()
  await head(page)
    .getByText(/^Stage 2: self-correction/)
    .waitFor()
  await head(page).getByText('4 of 4 steps').waitFor()
  await goTo(page, '#/runs')
  await row.getByText('2: RL', { exact: true }).waitFor()
  assertNoErrors()
  await page.context().close()
})

test('a run of stage 1 alone counts problems, and is not offered more steps', async () => {
  const { page, assertNoErrors } = await pages.open('#/runs')
  const runId = await start(page, 'estimate', 'estimate-v-star')
  await goTo(page, `#/run/${runId}/checkpoints`)
  await head(page).getByText('200 of 200 problems', { exact: true }).waitFor()
  await head(page).getByText('finished', { exact: true }).waitFor()
  await page.getByText(/^Stage 1 writes no checkpoints\. .+ so far 200 of 200 problems\.$/).waitFor()
  assert.equal(await page.getByRole('button', { name: 'Extend…' }).count(), 0)
  const refused = (await ask(page, 'run.extend', { runId, steps: 4 })) as { error: { code: string } }
  assert.equal(refused.error.code, 'run.no-steps')
  await showTab(page, 'Rollouts', /^Stage 1 keeps counts of its answers and no rollouts\./)
  assertNoErrors()
  await page.context().close()
})

test('the rollouts of the last evaluation, which follows the last step, can be chosen', async () => {
  const { page } = await pages.open('#/runs')
  const config = presetConfig('builtin', { name: 'five', steps: 5 })
  const started = (await ask(page, 'run.start', { stage: 'self-correction', config })) as {
    data: { runIds: [string] }
  }
  await goTo(page, `#/run/${started.data.runIds[0]}/rollouts`)
  await assertShown(head(page).getByText('finished', { exact: true }))
  await switchNamed(page, 'One step:').click()
  await assertShown(page.getByText('step 5', { exact: true }))
  await assertShown(page.getByText(/^2 rollouts/))
  await assertShown(page.getByText('validation, step 5').first())
  await page.getByRole('slider', { name: 'Step' }).press('ArrowLeft')
  await assertShown(page.getByText(/^4 rollouts/))
  await page.context().close()
})

test('a deleted run says so, does nothing, and can be restored where it is shown', async () => {
  const { page, assertNoErrors } = await pages.open('#/runs')
  const runId = await start(page, 'thrown away', 'self-correction')
  await goTo(page, `#/run/${runId}/config`)
  await head(page).getByText('finished', { exact: true }).waitFor()
  await ask(page, 'run.delete', { runIds: [runId] })
  pages.server.tell({ runIds: [runId], event: { type: 'deleted' } })
  await head(page).getByText('This run was deleted.').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Extend…' }).count(), 0)
  const refused = (await ask(page, 'run.extend', { runId, steps: 4 })) as { error: { code: string } }
  assert.equal(refused.error.code, 'run.deleted')
  await page.getByRole('button', { name: 'Restore' }).click()
  await page.getByRole('button', { name: 'Extend…' }).waitFor()
  assert.equal(readRun(pages.server.owner.db, runId).deletedAtMs, null)
  assertNoErrors()
  await page.context().close()
})

test('a run that waits behind an archived one says which; it is taken out of the queue without a question', async () => {
  const { page } = await pages.open('#/runs')
  const archived = await start(page, 'in the archive', 'self-correction', { samples: 400 })
  await ask(page, 'run.update', { runId: archived, archived: true })
  const waiting = await start(page, 'waits', 'self-correction')
  await goTo(page, `#/run/${waiting}/plots`)
  await page
    .getByRole('note')
    .getByText(/“in the archive”.* is running\.$/)
    .waitFor()
  await page.getByRole('button', { name: 'Take out of the queue' }).click()
  await assertShown(head(page).getByText('stopped', { exact: true }))
  await showTab(page, 'Events', /^Taken out of the queue\.$/)
  await goTo(page, '#/new')
  await page
    .getByRole('note')
    .getByText(/^“in the archive” is running\./)
    .waitFor()
  await goTo(page, `#/run/${archived}/plots`)
  await page.getByRole('button', { name: 'Stop now' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Stop now' }).click()
  await assertShown(head(page).getByText('stopped', { exact: true }))
  await page.context().close()
})

test('a paused run that is stopped loses nothing, and is asked about as what it is', async () => {
  const { page } = await pages.open('#/runs')
  // many steps: a pause that takes hold after the last one would leave nothing to stop
  const runId = await start(page, 'held', 'self-correction', { steps: 400 })
  await goTo(page, `#/run/${runId}/events`)
  await head(page)
    .getByText(/^[1-9]\d* of 400 steps/)
    .waitFor()
  await page.getByRole('button', { name: 'Pause' }).click()
  await head(page).getByText('paused', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Stop now' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText(/^Nothing is lost/).waitFor()
  await dialog.getByRole('button', { name: 'Keep paused' }).click()
  await dialog.waitFor({ state: 'detached' })
  assert.equal(readRun(pages.server.owner.db, runId).status, 'paused')
  await page.getByRole('button', { name: 'Stop now' }).click()
  await dialog.getByRole('button', { name: 'Stop now' }).click()
  await head(page).getByText('stopped', { exact: true }).waitFor()
  const messages = page.locator('.EventsTab-table tbody tr td:last-child')
  await page.getByText('Stopped.', { exact: true }).waitFor()
  assert.deepEqual(await messages.allInnerTexts(), ['Stopped.', 'Paused.', 'Started.'])
  await page.context().close()
})

test('a head with a long name and many tags shows every tag whole; long notes are opened and closed', async () => {
  const { page, assertNoErrors } = await pages.open('#/runs', { viewport: { width: 1100, height: 800 } })
  const runId = await start(page, 'labelled', 'self-correction')
  const tags = ['baseline', 'balanced verdicts', 'learning rate 5e-5', 'second machine', 'to be repeated']
  const lines = Array.from({ length: 9 }, (_, line) => `line ${line} of the notes`)
  const name = 'a name that says everything that was changed since the run before this one and why it was'
  await ask(page, 'run.update', { runId, name, tags, notes: lines.join('\n') })
  await goTo(page, `#/run/${runId}/config`)
  await head(page).getByText('to be repeated').waitFor()
  await waitUntil(
    page,
    `[...document.querySelectorAll('.RunHead-tags .mantine-Badge-label')].length === ${tags.length}`,
  )
  const cut = `[...document.querySelectorAll('.RunHead-tags .mantine-Badge-label')]
    .filter((label) => label.scrollWidth > label.clientWidth).map((label) => label.textContent)`
  assert.deepEqual(await page.evaluate(cut), [])
  const heightOf = (): Promise<unknown> =>
    page.evaluate(`document.querySelector('.RunNotes-notes > div').clientHeight`)
  const closed = Number(await heightOf())
  await head(page).getByRole('button', { name: 'more' }).click()
  await waitUntil(page, `document.querySelector('.RunNotes-notes > div').clientHeight >= ${2.8 * closed}`)
  await head(page).getByRole('button', { name: 'less' }).click()
  await waitUntil(page, `document.querySelector('.RunNotes-notes > div').clientHeight === ${closed}`)
  await ask(page, 'run.update', { runId, notes: 'short' })
  pages.server.tell({ runIds: [runId], event: { type: 'changed' } })
  await head(page).getByText('short').waitFor()
  // measured a moment after it is drawn
  await head(page).getByRole('button', { name: 'more' }).waitFor({ state: 'detached' })
  assertNoErrors()
  await page.context().close()
})
