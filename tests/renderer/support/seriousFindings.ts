import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

/** What axe finds serious or critical on the page as it is. */
export async function seriousFindings(page: Page): Promise<readonly string[]> {
  if ((await page.evaluate('typeof axe')) === 'undefined') {
    const source = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
    await page.evaluate(await readFile(source, 'utf8'))
  }
  return (await page.evaluate(axeRun)) as string[]
}

const axeRun = `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
  violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => id + ': ' + node.html.slice(0, 200))))`
