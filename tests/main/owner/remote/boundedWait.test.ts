import assert from 'node:assert/strict'
import { spawn, type ChildProcess } from 'node:child_process'
import { test, type TestContext } from 'node:test'
import { endGroup, runBounded } from './boundedWait.ts'

function headOf(t: TestContext): ChildProcess {
  const head = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' })
  t.after(() => endGroup(head))
  return head
}

const waits = ['sh', '-c', 'echo it waits >&2; sleep 600'] as const

test('a command that waits for a head that is killed is ended, and it is said why', async (t) => {
  const head = headOf(t)
  const ending = runBounded([...waits], { head, withinMs: 60_000 })
  head.kill('SIGKILL')
  await assert.rejects(ending, /"sh -c .*" can come to no end: the head of the cluster has ended \(SIGKILL\)/)
  await assert.rejects(runBounded([...waits], { head, withinMs: 60_000 }), /has ended \(SIGKILL\)/)
})

test('a command that takes too long is ended with what it has started; one that ends gives its output', async (t) => {
  const head = headOf(t)
  await assert.rejects(
    runBounded([...waits], { head, withinMs: 1000 }),
    /was not over after 1 s\. It wrote last:\nit waits/,
  )
  const ended = await runBounded(['sh', '-c', 'echo out; echo err >&2; exit 3'], { head, withinMs: 60_000 })
  assert.deepEqual(ended, { code: 3, stdout: 'out\n', stderr: 'err\n' })
})
