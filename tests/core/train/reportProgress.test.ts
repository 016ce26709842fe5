import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reportProgress } from '../../../src/core/train/reportProgress.ts'

async function collect<P, T>(generator: AsyncGenerator<P, T>): Promise<{ seen: P[]; result: T }> {
  const seen: P[] = []
  for (;;) {
    const next = await generator.next()
    if (next.done) return { seen, result: next.value }
    seen.push(next.value)
  }
}

test('reports come while the work goes on, then its result', async () => {
  const pause = () => new Promise<void>((resolve) => setImmediate(resolve))
  const { seen, result } = await collect(
    reportProgress<number, string>(async (report) => {
      for (const done of [1, 2, 3]) {
        report(done)
        await pause()
      }
      return 'all'
    }),
  )
  assert.deepEqual(seen, [1, 2, 3])
  assert.equal(result, 'all')
})

test('reports that pile up leave the last one only', async () => {
  const { seen, result } = await collect(
    reportProgress<number, number>((report) => {
      for (let done = 1; done <= 1000; done++) report(done)
      return Promise.resolve(7)
    }),
  )
  assert.ok(seen.length <= 1 && (seen[0] ?? 1000) === 1000)
  assert.equal(result, 7)
})

test('an error of the work is thrown on', async () => {
  const failing = reportProgress<number, number>(() => Promise.reject(new Error('sampler gone')))
  await assert.rejects(collect(failing), /sampler gone/)
})
