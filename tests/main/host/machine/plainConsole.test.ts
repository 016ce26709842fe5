import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'

const root = join(import.meta.dirname, '..', '..', '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'recheck-console-'))
after(() => rmSync(folder, { recursive: true }))

/** What a library might do once the entry runs, with the text of a stranger. */
const hostile = {
  'console.warn': "console.warn('Unknown pattern type:', '\\u001b]0;pwned\\u0007')",
  'console.log': "console.log('%s', '\\u001b]0;pwned\\u0007')",
  'a warning of Node': "process.emitWarning('TAG \\u001b]0;pwned\\u0007', 'X')",
  'an error that nobody caught': "setTimeout(() => { throw new Error('\\u001b]0;pwned\\u0007') })",
  'a rejection that nobody caught': "void Promise.reject(new Error('\\u001b]0;pwned\\u0007'))",
}

const entries: Readonly<Record<string, readonly string[]>> = {
  cli: ['src/main/cli.ts', 'grade', '--tsv', '/dev/stdin'],
  worker: ['src/main/worker.ts'],
  inspect: ['src/main/inspect.ts'],
}

/** Standard output and error of an entry in which `code` is run as soon as it waits for its input. */
function said(args: readonly string[], code: string): Promise<{ stdout: string; stderr: string }> {
  const hook = join(folder, `${Math.random()}.mjs`)
  // the entry's own first statements make the console another one
  writeFileSync(
    hook,
    `const before = console.warn
     const wait = setInterval(() => {
       if (console.warn === before) return
       clearInterval(wait)
       setTimeout(() => process.exit(0), 300)
       ${code}
     }, 20)`,
  )
  // A pipe of the system, which stays open until the entry has said something: one of Node's own is a socket,
  // which nothing can open by name
  const child = spawn('sh', ['-c', 'cat | exec "$0" --import "$@"', process.execPath, hook, ...args], {
    cwd: root,
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: 120_000,
  })
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
    if (stderr.includes('pwned')) child.stdin.end()
  })
  return new Promise((resolve) => child.on('close', () => resolve({ stdout, stderr })))
}

describe(
  'what a library says reaches standard error as plain text, in every entry',
  { concurrency: 2 },
  () => {
    for (const [entry, args] of Object.entries(entries)) {
      test(entry, async () => {
        for (const [way, code] of Object.entries(hostile)) {
          const { stdout, stderr } = await said(args, code)
          assert.equal(stdout, '', `${way}: standard output belongs to the program`)
          assert.match(stderr, /\\u001b\]0;pwned\\u0007/, way)
          assert.doesNotMatch(stderr, /[\u001b\u0007]/, way)
        }
      })
    }
  },
)
