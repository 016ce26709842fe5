import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { readWindowState, writeWindowState } from '../../../src/main/app/windowState.ts'

const folder = mkdtempSync(join(tmpdir(), 'recheck-state-'))
after(() => rmSync(folder, { recursive: true }))
const screens = [{ x: 0, y: 0, width: 1920, height: 1080 }]
const initial = { width: 1440, height: 900, maximised: false }

test('what was written comes back while its screen is there', () => {
  const file = join(folder, 'deep', 'window.json')
  const state = { x: 100, y: 60, width: 1200, height: 700, maximised: true }
  assert.ok(writeWindowState(file, state))
  assert.deepEqual(readWindowState(file, screens), state)
  const elsewhere = [{ x: 3000, y: 0, width: 1920, height: 1080 }]
  assert.deepEqual(readWindowState(file, elsewhere), { ...initial, maximised: true })
})

test('a missing, cut or foolish file gives the initial size', () => {
  const file = join(folder, 'bad.json')
  assert.deepEqual(readWindowState(file, screens), initial)
  for (const text of ['', '{"width":', '{"width":5,"height":5,"maximised":false}', '[]', '{"width":1e9}']) {
    writeFileSync(file, text)
    assert.deepEqual(readWindowState(file, screens), initial, text)
  }
})

test('a place that cannot be written keeps no window from closing', () => {
  writeFileSync(join(folder, 'file'), '')
  assert.equal(writeWindowState(join(folder, 'file', 'window.json'), initial), false)
})
