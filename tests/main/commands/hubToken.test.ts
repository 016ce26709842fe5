import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { temporaryFolder } from '../host/hub/support/tinyRepos.ts'
import { bareEnvironment } from '../owner/support/ownerFixtures.ts'

const cli = join(import.meta.dirname, '..', '..', '..', 'src', 'main', 'cli.ts')

interface Ended {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: number | null
}

/** On a machine whose desktop session does not answer, and so without a Secret Service. */
async function recheck(args: readonly string[], input: string): Promise<Ended> {
  const home = await temporaryFolder()
  const env = {
    ...bareEnvironment,
    HOME: home,
    RECHECK_HOME: join(home, 'data'),
    DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(home, 'no-bus')}`,
  }
  const child = spawn(process.execPath, [cli, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin.on('error', () => undefined) // it may end before it has read all of it
  child.stdin.end(input)
  return new Promise((resolve) => child.on('close', (exitCode) => resolve({ stdout, stderr, exitCode })))
}

test('login without a key store: refused with the way out, and the token is not repeated', async () => {
  const { stdout, stderr, exitCode } = await recheck(['models', 'login', '--json'], 'hf_secret\n')
  assert.equal(exitCode, 2, stderr)
  assert.match(stderr, /has no key store for Recheck .* set HF_TOKEN/)
  const { error } = JSON.parse(stdout) as { error: { code: string } }
  assert.equal(error.code, 'hub.key-store')
  assert.doesNotMatch(stdout + stderr, /hf_secret/)
})

test('login takes one line of standard input, and refuses what is no token without repeating it', async () => {
  for (const [input, words] of [
    ['', /expected a token on standard input, got nothing/],
    ['hf_secret one\n', /what was given: expected one token/],
    [`hf_secret${'x'.repeat(100_000)}`, /more than 10000 characters is no token/],
    ['hf_secret\nhf_secret\n', /has no key store/],
  ] as const) {
    const { stdout, stderr, exitCode } = await recheck(['models', 'login'], input)
    assert.equal(exitCode, 2)
    assert.match(stderr, words)
    assert.doesNotMatch(stdout + stderr, /hf_secret/)
  }
})

test('login takes no token as an argument', async () => {
  const { stderr, exitCode } = await recheck(['models', 'login', 'hf_secret'], '')
  assert.equal(exitCode, 2)
  assert.match(stderr, /too many arguments/)
})

test('logout without a key store is refused', async () => {
  const { stderr, exitCode } = await recheck(['models', 'logout'], '')
  assert.equal(exitCode, 2)
  assert.match(stderr, /has no key store for Recheck/)
})
