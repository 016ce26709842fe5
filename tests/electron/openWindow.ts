// The real main and preload bundles, with a double in the place of Electron's modules.
import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Result } from '../../src/shared/routes/contract.ts'
import type { WindowState } from './obeyTest.ts'
import { makeAppFolder, WindowProcess } from './windowProcess.ts'

const notice = 'Electron itself was not run: its modules are a double, the main and preload bundles are real.'
process.stdout.write(`${notice}\n`)

export interface Opened {
  readonly window: WindowProcess
  readonly dataDir: string
}

export function open(
  t: TestContext,
  args: readonly string[] = [],
  { isFirst = true, folder = makeAppFolder() } = {},
): Opened {
  t.diagnostic(notice)
  const window = new WindowProcess(['--data-dir', folder.dataDir, ...args], { ...folder.setup, isFirst })
  t.after(async () => {
    window.kill()
    await window.exited
    folder.remove()
  })
  return { window, dataDir: folder.dataDir }
}

export const isLoaded = ({ statuses }: WindowState): boolean => statuses.length > 0

export function dataOf<T>(answer: unknown): T {
  const result = answer as Result<T>
  assert.ok(result.ok, JSON.stringify(answer))
  return result.data
}

export function codeOf(answer: unknown): string {
  const result = answer as Result<unknown>
  return result.ok ? 'ok' : result.error.code
}

/** Training whose steps are quick, and which need not estimate V* first. */
export const quickSteps = {
  stage: 'self-correction',
  config: {
    name: 'quick',
    method: 'reinforce',
    steps: 5000,
    problemsPerStep: 4,
    data: { train: 64, validation: 4, test: 4 },
    evalEvery: 5000,
    checkpointEvery: 5000,
  },
}

/** A step of it takes seconds. */
export const slowSteps = {
  ...quickSteps,
  config: {
    ...quickSteps.config,
    name: 'slow',
    problemsPerStep: 768,
    data: { train: 768, validation: 4, test: 4 },
  },
}

/** Stage 1 over many problems: long enough for whatever a test does meanwhile. */
export const longRun = {
  stage: 'estimate-v-star',
  config: {
    name: 'long',
    data: { train: 2000, validation: 2, test: 2 },
    steps: 1,
    problemsPerStep: 2,
  },
}
