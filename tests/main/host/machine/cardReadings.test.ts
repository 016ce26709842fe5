import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'

test('a process that still reads its cards ends when it has nothing else to do', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'recheck-cards-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const tool = join(folder, 'tool')
  writeFileSync(tool, '#!/bin/sh\nwhile echo "0, a card, 97, 1024, 500"; do sleep 0.1; done\n')
  chmodSync(tool, 0o755)
  const program = join(folder, 'program.ts')
  const module = resolve(import.meta.dirname, '../../../../src/main/host/machine/cardReadings.ts')
  writeFileSync(
    program,
    `import { openCardReadings } from ${JSON.stringify(module)}
     const cards = openCardReadings(${JSON.stringify(tool)})
     const reading = setInterval(() => {
       if (cards.now().length === 0) return
       console.log(JSON.stringify(cards.now()))
       clearInterval(reading)
     }, 20)`,
  )
  const { status, stdout } = spawnSync(process.execPath, [program], { encoding: 'utf8', timeout: 30_000 })
  assert.equal(status, 0, 'ended by itself')
  assert.deepEqual(JSON.parse(stdout), [
    { name: 'a card', percent: 97, memoryBytes: 1024 * 2 ** 20, watts: 500 },
  ])
})
