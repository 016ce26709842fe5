import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import type { Page } from 'playwright-core'
import { openForReading } from '../../../src/main/store/database.ts'
import { listRuns, readRun } from '../../../src/main/store/runs/runStore.ts'
import type { Run } from '../../../src/shared/runs/records.ts'
import { launchChromium } from './chromium.ts'
import { buildServedPage } from './pageBuild.ts'

const root = join(import.meta.dirname, '../../..')

/**
 * The app as a user has it: `recheck serve` in a process of its own, with the real trainer, and a browser
 * beside it.
 */
export interface RealApp {
  /** Opened by nothing yet. */
  readonly page: Page
  /** Starts the server on the port that it had before, if any. @returns the link it prints */
  start(): Promise<string>
  /** @returns its exit code, null where the signal ended it */
  end(signal: 'SIGINT' | 'SIGKILL'): Promise<number | null>
  /** What the store says, read by another process than the server. */
  run(runId: string): Run
  runs(): readonly Run[]
}

/** @param patienceMs how long the page may take for anything */
export async function openRealApp(t: TestContext, patienceMs: number): Promise<RealApp> {
  const dataDir = mkdtempSync(join(tmpdir(), 'recheck-real-'))
  t.after(() => rmSync(dataDir, { recursive: true }))
  let server: ChildProcess | null = null
  let port = '0'
  const end: RealApp['end'] = async (signal) => {
    if (server === null || server.exitCode !== null || server.signalCode !== null) return null
    const exited = once(server, 'exit')
    server.kill(signal)
    const [exitCode] = (await exited) as [number | null]
    return exitCode
  }
  t.after(() => end('SIGKILL'))
  await buildServedPage()
  const browser = await launchChromium()
  t.after(() => browser.close())
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark' })
  page.setDefaultTimeout(patienceMs)
  return {
    page,
    end,
    start: async () => {
      server = spawn(
        process.execPath,
        ['src/main/cli.ts', 'serve', '--port', port, '--data-dir', dataDir],
        // its input is no terminal: nobody presses Enter
        { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] },
      )
      const link = await linkOf(server)
      port = new URL(link).port
      return link
    },
    run: (runId) => readFrom(dataDir, (db) => readRun(db, runId)),
    runs: () => readFrom(dataDir, listRuns),
  }
}

async function linkOf(server: ChildProcess): Promise<string> {
  assert.ok(server.stderr !== null)
  const said: string[] = []
  const lines = createInterface({ input: server.stderr })
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      said.push(line)
      const link = /^Open (http:\S+)$/.exec(line)?.[1]
      if (link !== undefined) resolve(link)
    })
    lines.on('close', () => reject(new Error(`the server has printed no link:\n${said.join('\n')}`)))
  })
}

function readFrom<T>(dataDir: string, read: (db: NonNullable<ReturnType<typeof openForReading>>) => T): T {
  const db = openForReading(dataDir) ?? assert.fail('there is no store')
  try {
    return read(db)
  } finally {
    db.close()
  }
}
