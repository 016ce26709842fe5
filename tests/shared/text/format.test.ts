import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  formatAge,
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  formatShare,
  formatTime,
} from '../../../src/shared/text/format.ts'

test('counts, numbers and shares; a missing value is a dash, never 0', () => {
  assert.equal(formatCount(214_000), '214,000')
  assert.equal(formatCount(999), '999')
  assert.equal(formatNumber(0.123456), '0.1235')
  assert.equal(formatNumber(-0.00004), '−4.00e−5')
  assert.equal(formatNumber(-1200), '−1,200')
  assert.equal(formatNumber(null), '–')
  assert.equal(formatNumber(Number.NaN), '–')
  assert.equal(formatShare(0.6), '0.600')
  assert.equal(formatShare(undefined), '–')
})

test('durations, ages and bytes in their largest units', () => {
  assert.equal(formatDuration(45_400), '45 s')
  assert.equal(formatDuration(185_000), '3 min 05 s')
  assert.equal(formatDuration(7_800_000), '2 h 10 min')
  assert.equal(formatDuration(4 * 86_400_000 + 3 * 3_600_000), '4 d 3 h')
  assert.equal(formatDuration(null), '–')
  assert.equal(formatAge(0, 59_000), 'just now')
  assert.equal(formatAge(0, 3 * 3_600_000), '3 h ago')
  assert.equal(formatAge(0, 59 * 60_000), '59 min ago')
  assert.equal(formatAge(0, 5 * 86_400_000), '5 d ago')
  // the clock was set back, or a server's is a little ahead
  assert.equal(formatAge(9 * 60_000, 0), 'just now')
  assert.equal(formatAge(20 * 60_000, 0), 'in 20 min')
  assert.equal(formatAge(30 * 86_400_000, 0), 'in 30 d')
  assert.equal(formatBytes(1023), '1023 B')
  assert.equal(formatBytes(0), '0 B')
  assert.equal(formatBytes(1536), '1.5 KiB')
  assert.equal(formatBytes(7e12), '6.4 TiB')
  assert.equal(formatBytes(13_214_976), '12.6 MiB')
})

test('a time is the reader’s own, to the second', () => {
  const noon = new Date(2026, 10, 27, 12, 3, 4).getTime()
  assert.equal(formatTime(noon), '2026-11-27 12:03:04')
  assert.equal(formatTime(null), '–')
})
