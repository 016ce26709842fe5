import type { Page } from 'playwright-core'
import type { PathQuestion } from '../../../src/shared/routes/pathQuestion.ts'
import type { Result } from '../../../src/shared/routes/contract.ts'

/**
 * The page as if it were in the window: what the preload exposes, made of the server's own routes and events;
 * what the system's dialog answers is the test's.
 *
 * @param server  that the window drives; null = this computer's own runs
 */
export async function reloadInWindow(page: Page, server: string | null): Promise<void> {
  await page.addInitScript(bridgeScript(server))
  await page.reload()
  await page.getByRole('navigation', { name: 'Pages' }).waitFor()
}

/** What the next dialog answers; null = cancelled. */
export async function answerNext(page: Page, answer: Result<string | null>): Promise<void> {
  await page.evaluate(`window.pathAnswers.push(${JSON.stringify(answer)})`)
}

/** What dialogs were asked for since the page was loaded. */
export async function askedPaths(page: Page): Promise<readonly PathQuestion[]> {
  return (await page.evaluate('window.askedPaths')) as readonly PathQuestion[]
}

const bridgeScript = (server: string | null): string => `
  window.askedPaths = []
  window.pathAnswers = []
  window.recheck = {
    request: async (route, input) => {
      const headers = { 'content-type': 'application/json' }
      const response = await fetch('/api/' + route, { method: 'POST', headers, body: JSON.stringify(input) })
      return response.json()
    },
    abandon: () => undefined,
    onEvent: (listener) => {
      const socket = new WebSocket('ws://' + location.host + '/events')
      socket.addEventListener('message', ({ data }) => listener(JSON.parse(data)))
      return () => socket.close()
    },
    onConnection: () => () => undefined,
    server: async () => ({ ok: true, data: ${JSON.stringify(server)} }),
    choosePath: async (question) => {
      window.askedPaths.push(question)
      return window.pathAnswers.shift() ?? { ok: false, error: { code: 'request.invalid', message: 'no answer was prepared' } }
    },
  }`
