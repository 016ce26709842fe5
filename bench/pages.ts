import { cpus, loadavg } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { CDPSession, Page } from 'playwright-core'
import { openBatchWriter } from '../src/main/store/batchStore.ts'
import { changeStatus, insertRun } from '../src/main/store/runs/runStore.ts'
import { metrics } from '../src/shared/metrics/metrics.ts'
import type { RunEvent } from '../src/shared/runs/runEvent.ts'
import { comparedPoints, config, fillStore } from './pageStore.ts'
import { goTo, openPages, type OpenedPages } from '../tests/renderer/support/openPages.ts'

/**
 * The page at the size that it is made for, in real Chromium without a window or a card, over the real owner
 * and store:
 *
 *     node bench/pages.ts [--runs 10000] [--compared 20] [--minutes 10] [--only compare|live]
 *
 * 10,000 runs and 10 million points, of them 20 runs of 100,000 points and one of 200,000; a live run of 50
 * rows a second.
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '10000' },
    compared: { type: 'string', default: '20' },
    minutes: { type: 'string', default: '10' },
    /** `compare` or `live`: that part alone. */
    only: { type: 'string' },
  },
})

const rowsPerSecond = 50
const batchesPerSecond = 5
/** A second apart. */
const heapReadings = 5
/** After the last row of a minute, until its answers have come. */
const settleMs = 5000

const pages = await openPages([])
try {
  say(
    `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}, Chromium ${pages.browser.version()}`,
  )
  const start = performance.now()
  const { runs, points } = fillStore(pages.server.owner.db, {
    runs: Number(values.runs),
    compared: Number(values.compared),
  })
  say(
    `filled: ${runs.toLocaleString('en-US')} runs, ${points.toLocaleString('en-US')} points, ${((performance.now() - start) / 1000).toFixed(0)} s`,
  )
  if (values.only === undefined) {
    await firstPaint(pages)
    await zooms(pages)
  }
  if (values.only !== 'live') await compares(pages)
  if (values.only !== 'compare') await livePage(pages)
} finally {
  await pages.close()
}

/** From the request to the first paint, by the page's own clock, and to the first rows of the list. */
async function firstPaint({ browser, server }: OpenedPages): Promise<void> {
  const { page } = await pages.open('#/runs')
  await page.locator('.RunTable-row').first().waitFor()
  const paints: number[] = []
  const rows: number[] = []
  const work: number[] = []
  const cdp = await metricsOf(page)
  for (let load = 0; load < 5; load++) {
    await page.goto('about:blank')
    await page.goto(`http://127.0.0.1:${server.http.port}/#/runs`, { waitUntil: 'commit' })
    await page.locator('.RunTable-row').first().waitFor()
    rows.push(Number(await page.evaluate('performance.now()')))
    work.push(await threadMs(cdp))
    paints.push(
      Number(
        await page.evaluate(`performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN`),
      ),
    )
  }
  report('runs page: first paint', paints, 'goal < 1,000 ms')
  report('runs page: first rows of the list', rows)
  report('runs page: processor time of the page’s thread up to there', work)
  await page.context().close()
  if (!browser.isConnected()) throw new Error('Chromium has ended')
}

/** From the click to the plot that shows the narrower stretch, by the page's own clock. */
async function zooms({ server }: OpenedPages): Promise<void> {
  const runId = String(server.owner.db.prepare("SELECT run_id FROM run WHERE name = 'long'").pluck().get())
  const { page } = await pages.open('')
  const start = performance.now()
  await goTo(page, `#/run/${runId}/plots`)
  await page
    .getByText(/ of 200,000 points a line$/)
    .first()
    .waitFor()
  report('run of 200,000 points: its page, opened', [performance.now() - start])
  await page.evaluate(`(() => {
    const foot = () => [...document.querySelectorAll('*')].find((each) => each.children.length === 0 && / of [0-9,]+ points a line$/.test(each.textContent))?.textContent
    window.benchZooms = []
    let clicked = null, before = null
    addEventListener('click', () => { clicked = performance.now(); before = foot() }, true)
    new MutationObserver(() => {
      if (clicked === null || foot() === before) return
      const from = clicked
      clicked = null
      requestAnimationFrame(() => requestAnimationFrame(() => window.benchZooms.push(performance.now() - from)))
    }).observe(document.body, { subtree: true, childList: true, characterData: true })
  })()`)
  const cdp = await metricsOf(page)
  const before = await threadMs(cdp)
  for (let zoom = 1; zoom <= 6; zoom++) {
    await page.getByRole('button', { name: 'Zoom in' }).click()
    await untilCount(page, 'window.benchZooms.length', zoom)
  }
  report(
    'zoom into 200,000 points, read again and drawn',
    (await page.evaluate('window.benchZooms')) as number[],
    'goal < 100 ms',
  )
  report('zoom: processor time of the page’s thread', [((await threadMs(cdp)) - before) / 6])
  await page.context().close()
}

/** Frames while the pointer moves over the plots of compared runs. */
async function compares({ server }: OpenedPages): Promise<void> {
  const ids = server.owner.db
    .prepare("SELECT run_id FROM run WHERE name LIKE 'compared %' ORDER BY number")
    .pluck()
    .all()
  const { page } = await pages.open('')
  const start = performance.now()
  await goTo(page, `#/compare?runs=${ids.join(',')}`)
  await page
    .getByText(/^[0-9]+ of [0-9]+ runs$/)
    .first()
    .waitFor()
  const shown = await page
    .getByText(/^[0-9]+ of [0-9]+ runs$/)
    .first()
    .textContent()
  report(
    `compare, ${ids.length} runs of ${comparedPoints.toLocaleString('en-US')} points asked for (${shown ?? ''} drawn): opened`,
    [performance.now() - start],
  )
  await page.evaluate(`(() => {
    window.benchFrames = []
    let last = performance.now()
    const frame = (now) => { window.benchFrames.push(now - last); last = now; requestAnimationFrame(frame) }
    requestAnimationFrame(frame)
  })()`)
  await page.locator('canvas').first().scrollIntoViewIfNeeded()
  await page.waitForTimeout(10000) // what is still read and drawn is the opening’s
  const box = await page.locator('canvas').first().boundingBox()
  if (box === null) throw new Error('no plot is drawn')
  const cdp = await metricsOf(page)
  await page.evaluate('window.benchFrames.length = 0')
  const before = await threadMs(cdp)
  const end = performance.now() + 6000
  for (let move = 0; performance.now() < end; move++)
    await page.mouse.move(
      box.x + 80 + ((move * 7) % (box.width - 120)),
      box.y + box.height * (0.4 + 0.2 * Math.sin(move / 5)),
    )
  const used = (await threadMs(cdp)) - before
  report(
    'compare: frames under a moving pointer',
    (await page.evaluate('window.benchFrames')) as number[],
    'goal p95 < 50 ms',
  )
  const frames = Number(await page.evaluate('window.benchFrames.length'))
  report('compare: processor time of the page’s thread a frame', [used / frames])
  await page.context().close()
}

/** The page's heap after a collection, before and after minutes of 50 rows a second. */
async function livePage({ server }: OpenedPages): Promise<void> {
  const { db } = server.owner
  insertRun(
    db,
    {
      runId: 'live',
      name: 'live',
      stage: 'self-correction',
      config,
      configHash: 'c',
      totalSteps: 100_000,
      tags: [],
      notes: '',
      group: null,
      vStarId: null,
    },
    1,
  )
  changeStatus(db, 'live', { status: 'running', nowMs: 2 })
  const writer = openBatchWriter(db, 'live')
  const { page } = await pages.open('#/run/live/plots')
  const cdp = await page.context().newCDPSession(page)
  // an answer under way is the page's for a moment alone: the least of several readings is what it keeps
  const heap = async (): Promise<number> => {
    const readings: number[] = []
    for (let reading = 0; reading < heapReadings; reading++) {
      await wait(1000)
      for (let round = 0; round < 3; round++) await cdp.send('HeapProfiler.collectGarbage')
      readings.push((await cdp.send('Runtime.getHeapUsage')).usedSize / 2 ** 20)
    }
    return Math.min(...readings)
  }
  let step = 0
  let sequence = 0
  const feed = async (seconds: number): Promise<void> => {
    const start = performance.now()
    for (let batch = 0; batch < seconds * batchesPerSecond; batch++) {
      const events = Array.from({ length: rowsPerSecond / batchesPerSecond }, () => row(step++))
      writer.store({ runId: 'live', sequence: ++sequence, events }, 2)
      for (const event of events) server.tell({ runIds: ['live'], event })
      await wait(Math.max(0, start + ((batch + 1) * 1000) / batchesPerSecond - performance.now()))
    }
  }
  const heaps: number[] = []
  for (let minute = 0; minute <= Number(values.minutes); minute++) {
    await feed(60)
    await wait(settleMs)
    heaps.push(await heap())
  }
  const [first = NaN] = heaps
  const growth = (((heaps.at(-1) ?? NaN) / first - 1) * 100).toFixed(1)
  say(
    `live run, ${rowsPerSecond} rows/s, ${metrics.length} metrics a row, ${values.minutes} minutes after the first: heap MiB a minute ${heaps.map((each) => each.toFixed(1)).join(' ')}, ${growth} % (goal < 10 %); ${load()}`,
  )
  await page.context().close()
}

/** With noise, as training has: a stretch of steps has its own first, least, greatest and last value. */
function row(step: number): RunEvent {
  const place = { step, stepsDone: step + 1, timeMs: step * 20, tokens: step * 50, problems: step * 8 }
  return {
    type: 'metrics',
    ...place,
    values: Object.fromEntries(
      metrics.map(({ name }, at) => [
        name,
        0.5 + 0.4 * Math.sin(step / 50 + at) + 0.05 * Math.sin(step * 7.3 + at),
      ]),
    ),
  }
}

async function untilCount(page: Page, expression: string, count: number): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (Number(await page.evaluate(expression)) >= count) return
    await page.waitForTimeout(50)
  }
  throw new Error(`${expression} has not come to ${count} in 30 s`)
}

async function metricsOf(page: Page): Promise<CDPSession> {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Performance.enable')
  return cdp
}

/** What the page's main thread has had of a processor since it began: what the machine's other work does not change. */
async function threadMs(cdp: CDPSession): Promise<number> {
  const { metrics: all } = await cdp.send('Performance.getMetrics')
  return 1000 * (all.find(({ name }) => name === 'ThreadTime')?.value ?? NaN)
}

function report(what: string, all: readonly number[], goal = ''): void {
  const sorted = all.filter((each) => Number.isFinite(each)).toSorted((a, b) => a - b)
  const at = (share: number): string =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN).toFixed(0)
  const spread =
    sorted.length > 1
      ? `median ${at(0.5)}, p95 ${at(0.95)}, worst ${at(1)} ms of ${sorted.length}`
      : `${at(0)} ms`
  say(`${what}: ${spread}${goal === '' ? '' : ` (${goal})`}; ${load()}`)
}

/** Of the last minute, whoever makes it. */
function load(): string {
  return `load ${(loadavg()[0] ?? 0).toFixed(1)}`
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
