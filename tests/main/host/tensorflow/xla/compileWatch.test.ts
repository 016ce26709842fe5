import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import {
  CompileWatch,
  type CacheShape,
  type CompileNews,
} from '../../../../../src/main/host/tensorflow/xla/compileWatch.ts'
import { temporaryFolder } from '../../../store/storeFixtures.ts'

const call = { functionName: 'decode', what: '8 tokens', feeds: [], fetches: ['ids'] }
const small: CacheShape = { slots: 2, length: 32 }
const large: CacheShape = { slots: 9, length: 64 }

/** A session of which XLA is done after so many runs with caches of one shape. */
function sessionDoneAfter(runs: number) {
  const news: string[] = []
  const done = new Map<string, number>()
  let caches = small
  let isKept = false
  const session = {
    run(_: readonly unknown[], fetches: readonly string[]) {
      const key = `${caches.slots}x${caches.length}`
      const count = (done.get(key) ?? 0) + 1
      done.set(key, count)
      const isCompiled = Int32Array.of(count > runs ? 1 : 0)
      return fetches.map((name) => (name === 'ids' ? Int32Array.of(7) : isCompiled))
    },
    keepToTheEnd: () => void (isKept = true),
  }
  const follow = ({ state }: CompileNews) => void news.push(state)
  const reserve = (shape: CacheShape) => void (caches = shape)
  return { session, follow, news, reserve, runs: done, isKept: () => isKept }
}

test('a watch that ends runs what is being compiled until it is, with caches of its shape', async () => {
  const { session, follow, news, reserve, runs, isKept } = sessionDoneAfter(3)
  const watch = new CompileWatch(session, 'in-background', follow)
  assert.deepEqual(await watch.run(call, small), [Int32Array.of(7)])
  reserve(large)
  await watch.run(call, large)
  assert.deepEqual(news, ['started', 'started'])
  await watch.settle(reserve)
  assert.deepEqual(news, ['started', 'started', 'ended', 'ended'])
  assert.deepEqual(
    [...runs],
    [
      ['2x32', 4],
      ['9x64', 4],
    ],
  )
  await watch.settle(() => assert.fail('all is compiled'))
  assert.equal(isKept(), false)
})

test('what XLA does not get done with keeps its session to the end of the process', async () => {
  const { session, follow, news, reserve, isKept } = sessionDoneAfter(Infinity)
  const watch = new CompileWatch(session, 'in-background', follow)
  await watch.run(call, small)
  await watch.settle(reserve, 0)
  assert.equal(isKept(), true)
  assert.deepEqual(news, ['started'])
})

test('nothing is waited for where nothing is compiled beside the runs', async () => {
  for (const compilation of ['never', 'at-once'] as const) {
    const { session, follow } = sessionDoneAfter(Infinity)
    const watch = new CompileWatch(session, compilation, follow)
    await watch.run(call, small)
    await watch.settle(() => assert.fail(compilation), 0)
  }
})

test('a sampler and its session end while XLA compiles: the process goes on, and nothing is left compiling', (t) => {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, 'endsWhileCompiling.ts')],
    {
      encoding: 'utf8',
      // nothing that an earlier process has compiled
      env: { ...process.env, TF_XLA_FLAGS: `--tf_xla_persistent_cache_directory=${temporaryFolder(t)}` },
    },
  )
  assert.deepEqual({ status, signal }, { status: 0, signal: null }, stderr.slice(-2000))
  const lines = stdout.trim().split('\n')
  assert.equal(lines.length, 3)
  for (const line of lines) {
    const states = line.split(' ')
    const count = (state: string) => states.filter((each) => each === state).length
    assert.ok(count('started') > 0, line)
    assert.equal(count('ended'), count('started'), line)
  }
})
