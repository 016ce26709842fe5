import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Run } from '../../../../src/shared/runs/records.ts'
import type { CardReading } from '../../../../src/shared/runs/machineHistory.ts'
import { MachineTelemetry } from '../../../../src/main/owner/processes/machineTelemetry.ts'

const card: CardReading = { name: 'a card', percent: 97, memoryBytes: 2 ** 30, watts: 500 }

/** Card readers that it has opened, and how many of them are still at work. */
function counted(): {
  readonly telemetry: MachineTelemetry
  readonly count: { opened: number; open: number }
} {
  const count = { opened: 0, open: 0 }
  const telemetry = new MachineTelemetry(() => {
    count.opened++
    count.open++
    return { now: () => [card], close: () => void count.open-- }
  })
  return { telemetry, count }
}

function busyFor(ms: number): void {
  const end = performance.now() + ms
  while (performance.now() < end);
}

test('the load of the time between two readings, memory, the trainer that is at work, and the cards', () => {
  const { telemetry } = counted()
  const first = telemetry.read([], 5, 0)
  assert.deepEqual([first.atMs, first.cpuPercent, first.trainerMemoryBytes], [5, null, null])
  busyFor(100)
  const trainer = { processId: process.pid } as Run
  const second = telemetry.read([{ processId: null } as Run, trainer], 2505.4, 2500)
  assert.equal(second.atMs, 2505)
  assert.ok(second.cpuPercent !== null && second.cpuPercent > 0 && second.cpuPercent <= 100)
  assert.ok(second.memoryUsedBytes !== null && second.memoryUsedBytes < second.memoryTotalBytes)
  if (process.platform === 'linux') assert.ok((second.trainerMemoryBytes ?? 0) > 2 ** 20)
  assert.deepEqual(second.cards, [card])
  telemetry.close()
})

test('pages that ask within a second get one reading; a tool for cards is open while somebody asks', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { telemetry, count } = counted()
  const first = telemetry.read([], 0, 0)
  assert.equal(telemetry.read([], 900, 900), first)
  t.mock.timers.tick(9_000)
  assert.notEqual(telemetry.read([], 9_000, 9_000), first)
  t.mock.timers.tick(9_000)
  assert.deepEqual(count, { opened: 1, open: 1 })
  t.mock.timers.tick(1_000)
  assert.deepEqual(count, { opened: 1, open: 0 })
  telemetry.read([], 20_000, 20_000)
  assert.deepEqual(count, { opened: 2, open: 1 })
  telemetry.close()
  assert.equal(count.open, 0)
})
