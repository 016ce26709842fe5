import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { after, test } from 'node:test'
import { promisify } from 'node:util'

const folder = await mkdtemp(join(tmpdir(), 'recheck-million-'))
after(() => rm(folder, { recursive: true }))

function* parts(rows: number): Generator<string> {
  for (let from = 0; from < rows; from += 1000) {
    const text = Array.from(
      { length: Math.min(1000, rows - from) },
      (_, i) => `{"question":"How much is ${from + i} and 1?","answer":"${from + i + 1}"}\n`,
    )
    yield text.join('')
  }
}

async function load(rows: number): Promise<{ rows: number; train: number; peakBytes: number }> {
  const path = join(folder, `${rows}.jsonl`)
  await pipeline(Readable.from(parts(rows)), createWriteStream(path))
  const script = join(import.meta.dirname, 'memory.ts')
  // a heap that a million kept rows would not fit into; collected by the thread itself, because helpers that
  // a busy machine does not run leave garbage that is none of the reader's
  const flags = ['--max-old-space-size=64', '--single-threaded-gc']
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, script, path])
  return JSON.parse(stdout) as { rows: number; train: number; peakBytes: number }
}

test('a million rows take as much memory as a hundred thousand', async () => {
  const small = await load(100_000)
  const large = await load(1_000_000)
  assert.deepEqual([small.rows, large.rows, large.train], [100_000, 1_000_000, 4096])
  const growth = (large.peakBytes - small.peakBytes) / 2 ** 20
  assert.ok(growth < 64, `the peak grew by ${Math.round(growth)} MiB`)
})
