import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, matchesGlob } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { unpackedFolder } from '../../src/main/host/machine/paths.ts'

interface Packaging {
  readonly files: readonly string[]
  readonly asar: boolean
  readonly asarUnpack: readonly string[]
  readonly electronFuses: Readonly<Record<string, boolean>>
  readonly linux: { readonly extraResources: readonly { readonly from: string; readonly to: string }[] }
  readonly npmRebuild: boolean
}

const root = join(import.meta.dirname, '../..')
const packaging = parse(readFileSync(join(root, 'electron-builder.yml'), 'utf8')) as Packaging
const isUnpacked = (file: string): boolean => packaging.asarUnpack.some((glob) => matchesGlob(file, glob))

/** Packages come along by themselves; of the project, what `files` names. */
const isPacked = (file: string): boolean => {
  const isLeftOut = packaging.files.some((glob) => glob.startsWith('!') && matchesGlob(file, glob.slice(1)))
  const isNamed = packaging.files.some((glob) => matchesGlob(file, glob))
  return !isLeftOut && (isNamed || file.startsWith('node_modules/'))
}

test('every native file of a dependency that a trainer loads lies beside the archive', () => {
  const packages = ['@tensorflow/tfjs-node-gpu', 'onnxruntime-node', 'better-sqlite3', '@img/*', '@resvg/*']
  for (const name of packages) {
    const found = globSync(`node_modules/${name}/**/*.{node,so,so.*,dylib,dll}`, { cwd: root })
    const loaded = found.filter((file) => !/\/(build|deps)\//.test(file) || file.endsWith('.so.2'))
    assert.ok(loaded.length > 0, `${name} has no native file`)
    assert.deepEqual(
      loaded.filter((file) => !isUnpacked(file) || !isPacked(file)),
      [],
      name,
    )
  }
})

test('what plain Node is started on is packed, and lies beside the archive', () => {
  const files = [
    'src/main/worker.ts',
    'src/main/inspect.ts',
    'src/main/host/tensorflow/probeAddon.ts',
    'src/main/host/onnx/probeOnnx.ts',
    'src/core/random.ts',
    'src/shared/runs/runEvent.ts',
    'package.json',
    ...globSync('resources/models/builtin/*', { cwd: root }),
  ]
  for (const file of files) {
    assert.ok(existsSync(join(root, file)), `${file} is gone`)
    assert.ok(isPacked(file) && isUnpacked(file), file)
  }
  const bundle = 'out/main/index.js'
  assert.deepEqual([isPacked(bundle), isUnpacked(bundle)], [true, false], 'the window itself stays in it')
  assert.equal(isPacked('src/renderer/src/main.tsx'), false, 'the page is built')
  assert.equal(unpackedFolder('/opt/recheck/resources/app.asar'), '/opt/recheck/resources/app.asar.unpacked')
  assert.equal(unpackedFolder('/home/user/recheck'), '/home/user/recheck')
})

test('Electron’s binary is no Node, starts only the archive, and Node 24 is shipped where it is looked for', () => {
  assert.deepEqual(packaging.electronFuses, {
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    onlyLoadAppFromAsar: true,
    enableEmbeddedAsarIntegrityValidation: true,
    grantFileProtocolExtraPrivileges: false,
  })
  assert.deepEqual([packaging.asar, packaging.npmRebuild], [true, false])
  const [node] = packaging.linux.extraResources
  assert.ok(node !== undefined && existsSync(join(root, node.from)))
  const main = readFileSync(join(root, 'src/main/index.ts'), 'utf8')
  assert.equal(node.to, 'node')
  assert.match(main, /'node\.exe' : 'node'[^]*join\(process\.resourcesPath, name\)/)
})
