import assert from 'node:assert/strict'

/** |actual − expected| ≤ tolerance, with both numbers in the message. */
export function assertClose(actual: number, expected: number, tolerance: number): void {
  assert.ok(
    Math.abs(actual - expected) <= tolerance,
    `expected ${expected} ± ${tolerance}, got ${actual} (off by ${Math.abs(actual - expected)})`,
  )
}
