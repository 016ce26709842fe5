// What it costs to keep what the machine does with a run: node bench/machine.ts
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { figuresOf, type CardReading } from '../src/shared/runs/machineHistory.ts'
import { openMachineSampler } from '../src/main/host/machine/machineSampler.ts'
import { databasePath, openForWriting } from '../src/main/store/database.ts'
import { storeMachineSamples, type MachineSample } from '../src/main/store/machineStore.ts'
import { insertRun } from '../src/main/store/runs/runStore.ts'

const folder = mkdtempSync(join(tmpdir(), 'recheck-bench-machine-'))
const db = openForWriting(folder)
insertRun(
  db,
  {
    runId: 'r',
    name: 'r',
    stage: 'self-correction',
    config: '{}',
    configHash: 'h',
    totalSteps: 1,
    tags: [],
    notes: '',
    group: null,
    vStarId: null,
  },
  0,
)

const card: CardReading = { name: 'a card', percent: 90, memoryBytes: 6e10, watts: 500 }
const sampler = openMachineSampler({ processId: () => process.pid, cards: () => [card] })
const readings = 1000
sampler.read(0)
const readStart = performance.now()
for (let index = 0; index < readings; index++) sampler.read(index + 1)
const readMicroseconds = ((performance.now() - readStart) * 1000) / readings

const bytesAt: number[] = [bytes()]
const storeMs: number[] = []
for (let hour = 0; hour < 24; hour++) {
  for (let from = 0; from < 3600; from += 10) {
    const reading = figuresOf(sampler.read(0))
    const samples: MachineSample[] = Array.from({ length: 10 }, (_, index) => ({
      second: hour * 3600 + from + index,
      values: reading.map(([, value]) => value),
    }))
    const start = performance.now()
    storeMachineSamples(db, 'r', { figures: reading.map(([figure]) => figure), samples })
    storeMs.push(performance.now() - start)
  }
  bytesAt.push(bytes())
}
storeMs.sort((a, b) => a - b)
const at = (share: number): string => (storeMs[Math.floor(storeMs.length * share)] ?? 0).toFixed(2)
const kib = (hour: number): string => (((bytesAt[hour] ?? 0) - (bytesAt[0] ?? 0)) / 1024).toFixed(0)
process.stdout.write(
  `${cpus()[0]?.model ?? ''}, load ${loadavg()[0]?.toFixed(1)}\n` +
    `one reading: ${readMicroseconds.toFixed(0)} µs; ten stored (once in 10 s): median ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(0.99999)} ms (thinning)\n` +
    `store, 7 figures: ${kib(1)} KiB after 1 h, ${kib(2)} after 2 h, ${kib(6)} after 6 h, ${kib(24)} after 24 h\n`,
)
db.close()
rmSync(folder, { recursive: true, force: true })

function bytes(): number {
  db.pragma('wal_checkpoint(TRUNCATE)')
  return statSync(databasePath(folder)).size
}
