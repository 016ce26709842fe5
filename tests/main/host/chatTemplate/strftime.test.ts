import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDay } from '../../../../src/main/host/chatTemplate/strftime.ts'

// what `datetime(…).strftime(format)` of Python 3.12 gives on Linux
const table: readonly (readonly [day: string, format: string, text: string])[] = [
  ['2024-07-26', '%d %b %Y', '26 Jul 2024'],
  ['2024-07-26', '%A, %B %-d, %Y', 'Friday, July 26, 2024'],
  ['2024-02-29', '%j %u %w %a', '060 4 4 Thu'],
  ['2023-12-31', '%F %y %-m/%-d %j', '2023-12-31 23 12/31 365'],
  ['2024-03-03', '%e|%-d|%d', ' 3|3|03'],
  ['2026-01-04', '%u %w %A', '7 0 Sunday'],
  ['2024-07-26', '%H:%M:%S.%f %I %p [%z%Z]', '00:00:00.000000 12 AM []'],
  ['2024-07-26', '100%% %T %R %X', '100% 00:00:00 00:00 00:00:00'],
]

test('a day is written as Python writes it', () => {
  for (const [day, format, text] of table) assert.equal(formatDay(day, format), text, format)
})

test('what a conversion would write is never guessed', () => {
  for (const format of ['%Q', '%', 'x %', '%-']) {
    assert.throws(() => formatDay('2024-07-26', format), /conversion .* is not known/, format)
  }
})
