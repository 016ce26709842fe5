import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { test } from 'node:test'
// @ts-expect-error plain JavaScript, run by .ci/run before anything is compiled
import { readmeCommands } from '../../scripts/readme-commands.mjs'

const root = resolve(import.meta.dirname, '..', '..')

test('README names its commands in fences marked for it; those that serve the page come first, what has run already is left out', () => {
  const markdown = [
    '# Title',
    '```bash ci',
    'npm ci && npm run demo   # both stages',
    '# a remark',
    'npm test',
    '```',
    '```bash',
    'not for here',
    '```',
    '```bash ci',
    'npx --no-install recheck doctor',
    '```',
    '```bash ci app',
    'npm start                        # the window',
    'npx --no-install recheck serve',
    '```',
  ].join('\n')
  const commands = (readmeCommands as (markdown: string) => string[])(markdown)
  assert.deepEqual(commands, [
    "node tests/checks/opensPage.check.ts 'npm start'",
    "node tests/checks/opensPage.check.ts 'npx --no-install recheck serve'",
    'npm run demo',
    'npx --no-install recheck doctor',
  ])
})

/** A project whose npm and prettier are small scripts, to see how .ci/run counts. */
function runCi(tests: string, readme: string, lint = 'exit 0'): { code: number | null; lines: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'recheck-ci-'))
  try {
    for (const file of ['.ci/run', 'scripts/readme-commands.mjs'])
      cpSync(join(root, file), join(folder, file))
    writeFileSync(join(folder, 'README.md'), readme)
    for (const check of [
      'tests/electron/real/realElectron.check.ts',
      'tests/main/owner/remote/realRay.check.ts',
    ]) {
      mkdirSync(dirname(join(folder, check)), { recursive: true })
      writeFileSync(join(folder, check), '')
    }
    const tools = {
      prettier: 'exit 0',
      npm: `case "$*" in "test") ${tests} ;; *lint*) ${lint} ;; esac`,
      node: `exec "${process.execPath}" "$@"`,
    }
    for (const [name, script] of Object.entries(tools)) {
      const path = join(folder, 'node_modules', '.bin', name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, `#!/bin/sh\n${script}\n`)
      chmodSync(path, 0o755)
    }
    const { status, stdout } = spawnSync(join(folder, '.ci', 'run'), ['--installed'], { encoding: 'utf8' })
    return { code: status, lines: stdout.trimEnd().split('\n') }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('.ci/run ends with one plain count over checks, tests and the commands of README', () => {
  const good = runCi('echo "7 passed, 0 failed"', '```bash ci\ntrue\ntest -f README.md\n```\n')
  // formatting, lint, types, seven tests, the window, Ray, the copy, README's list and its two commands
  assert.equal(good.lines.at(-1), '16 passed, 0 failed')
  assert.equal(good.code, 0)
})

test('.ci/run fails for a failing check, test or command, and for tests that end without a count', () => {
  const readme = '```bash ci\ntrue\n```\n'
  const cases: readonly (readonly [last: string, ...args: Parameters<typeof runCi>])[] = [
    ['14 passed, 1 failed', 'echo "7 passed, 0 failed"', readme, 'exit 1'],
    ['14 passed, 1 failed', 'echo "6 passed, 1 failed"; exit 1', readme],
    ['15 passed, 1 failed', 'echo "7 passed, 0 failed"; exit 1', readme],
    ['8 passed, 1 failed', 'echo "Segmentation fault"; exit 139', readme],
    ['14 passed, 1 failed', 'echo "7 passed, 0 failed"', '```bash ci\nfalse\n```\n'],
    ['13 passed, 1 failed', 'echo "7 passed, 0 failed"', 'no commands'],
  ]
  for (const [last, ...args] of cases) {
    const { code, lines } = runCi(...args)
    assert.equal(lines.at(-1), last, lines.join('\n'))
    assert.equal(code, 1, last)
  }
})

test('.ci/run runs the commands of README in a copy without what was built, and with no runs yet', () => {
  const readme =
    '```bash ci\ntest -f README.md\ntest ! -e out\ntest ! -e .cache\ntest -x node_modules/.bin/npm\ntest ! -e "$RECHECK_HOME"\n```\n'
  const { lines, code } = runCi('mkdir -p out .cache; echo "7 passed, 0 failed"', readme)
  assert.equal(lines.at(-1), '19 passed, 0 failed', lines.join('\n'))
  assert.equal(code, 0)
})

test('.ci/run names what failed right before its count, where a log that was cut still has it', () => {
  const tests = 'echo "FAILED tests/a.test.ts: one and one"; echo more; echo "6 passed, 1 failed"; exit 1'
  const { lines } = runCi(tests, '```bash ci\nfalse\n```\n', 'exit 1')
  assert.deepEqual(lines.slice(-4), [
    'failed: lint',
    'failed: tests/a.test.ts: one and one',
    'failed: README: false',
    '12 passed, 3 failed',
  ])
})
