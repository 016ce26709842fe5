import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { cardOf } from '../../../../src/main/host/machine/cardReadings.ts'
import { openMachineSampler } from '../../../../src/main/host/machine/machineSampler.ts'

test('load and power are of the time between two readings; memory as /proc says it', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'recheck-proc-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  const write = (path: string, text: string): void => {
    mkdirSync(join(root, path, '..'), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  write('proc/stat', 'cpu  100 0 50 800 50 0 0 0 0 0\ncpu0 1 2\n')
  write('proc/meminfo', 'MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 400 kB\n')
  write('proc/77/status', 'Name: node\nVmRSS:\t  200 kB\n')
  write('sys/class/powercap/intel-rapl:0/energy_uj', '5000000\n')
  const sampler = openMachineSampler({ processId: () => 77, cards: () => [], root })
  const first = sampler.read(0)
  assert.deepEqual([first.cpuPercent, first.cpuWatts], [null, null])
  assert.deepEqual([first.memoryBytes, first.trainerBytes], [600 * 1024, 200 * 1024])
  // 30 of 40 ticks busy (user and system; idle 6, waiting for the disk 4); 90 joules in 2 s
  write('proc/stat', 'cpu  120 0 60 806 54 0 0 0 0 0\n')
  write('sys/class/powercap/intel-rapl:0/energy_uj', '95000000\n')
  const second = sampler.read(2000)
  assert.deepEqual([second.cpuPercent, second.cpuWatts], [75, 45])
  // the counter began anew, and the trainer has ended
  write('sys/class/powercap/intel-rapl:0/energy_uj', '0\n')
  rmSync(join(root, 'proc/77'), { recursive: true })
  assert.deepEqual([sampler.read(3000).cpuWatts, sampler.read(4000).trainerBytes], [null, null])
})

test('this machine says its load and memory', () => {
  const sampler = openMachineSampler({ processId: () => process.pid, cards: () => [] })
  sampler.read(0)
  const end = performance.now() + 100
  while (performance.now() < end);
  const { cpuPercent, memoryBytes, trainerBytes } = sampler.read(100)
  assert.ok(cpuPercent !== null && cpuPercent > 0 && cpuPercent <= 100)
  assert.ok((memoryBytes ?? 0) > 2 ** 20)
  if (process.platform === 'linux') assert.ok((trainerBytes ?? 0) > 2 ** 20)
})

test('a line of nvidia-smi; what a card does not say is null', () => {
  assert.deepEqual(cardOf('0, NVIDIA H100 80GB HBM3, 97, 61440, 512.30'), {
    index: 0,
    card: { name: 'NVIDIA H100 80GB HBM3', percent: 97, memoryBytes: 61440 * 2 ** 20, watts: 512.3 },
  })
  assert.deepEqual(cardOf('1, Quadro, [N/A], 12, [Not Supported]')?.card, {
    name: 'Quadro',
    percent: null,
    memoryBytes: 12 * 2 ** 20,
    watts: null,
  })
  for (const line of ['', 'NVIDIA-SMI has failed', 'a, b, 1, 2, 3']) assert.equal(cardOf(line), null)
})
