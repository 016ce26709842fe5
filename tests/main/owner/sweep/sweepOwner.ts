import { fileURLToPath } from 'node:url'
import { systemClock } from '../../../../src/main/host/machine/clock.ts'
import { openOwner } from '../../../../src/main/owner/openOwner.ts'
import type { Owner } from '../../../../src/main/owner/owner.ts'
import { Sweeps } from '../../../../src/main/owner/sweep/sweeps.ts'
import { storedConfig } from '../../../../src/main/store/runs/storedConfig.ts'
import { runsOfSweep } from '../../../../src/main/owner/sweep/runTrial.ts'
import { parseSweep } from '../../../../src/shared/sweep/sweepSpec.ts'

/** Three trials of five steps. */
export const threeTrials = parseSweep(
  {
    name: 'three',
    preset: 'builtin',
    config: { steps: 5, data: { train: 16, validation: 8, test: 8 }, onNoSignal: 'warn' },
    grid: { revisionBonus: [0, 0.5, 1] },
  },
  'a test',
)

export interface SweepOwner {
  readonly owner: Owner
  readonly sweeps: Sweeps
}

/** An owner as the one that serves pages, with a trainer that makes its numbers up. */
export async function openSweepOwner(
  dataDir: string,
  onChange: () => void = () => undefined,
): Promise<SweepOwner> {
  const owner = await openOwner({
    dataDir,
    address: 'a test',
    clock: systemClock,
    program: {
      nodePath: process.execPath,
      workerPath: fileURLToPath(new URL('../../../renderer/support/pageWorker.ts', import.meta.url)),
      environment: process.env,
    },
    termsOf: (run) => ({ config: storedConfig(run), device: 'cpu', isExact: false, keepLast: 2 }),
  })
  return { owner, sweeps: new Sweeps({ owner, nowMs: systemClock.nowMs, onChange }) }
}

// in a process of its own, for tests that kill it: says `over NAME` and `running NAME`, a line each
if (import.meta.main) {
  const [dataDir = ''] = process.argv.slice(2)
  const { owner, sweeps } = await openSweepOwner(dataDir)
  const told = new Set<string>()
  const say = (line: string): void => {
    if (!told.has(line)) process.stdout.write(`${line}\n`)
    told.add(line)
  }
  owner.subscribe((_, { type }) => {
    for (const { name, status, step } of runsOfSweep(owner.db, 'three').values()) {
      if (status === 'finished') say(`over ${name}`)
      if (status === 'running' && type === 'metrics' && step !== null) say(`running ${name}`)
    }
  })
  sweeps.start({ kind: 'sweep', spec: threeTrials, place: null, parallel: null })
}
