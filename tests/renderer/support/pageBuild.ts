import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { scopedClass } from '../../../scripts/scopedClass.ts'

const root = join(import.meta.dirname, '../../..')
const builds = join(root, '.cache', 'pages')

/**
 * Folder of the page built from the sources as they are now. One folder for each state of the sources, put in
 * place whole: test files that run side by side, or a build of the app meanwhile, never take files from under
 * each other.
 */
export async function builtPage(): Promise<string> {
  const newest = Math.max(...['src/renderer', 'src/shared'].map((part) => newestMs(join(root, part))))
  const folder = join(builds, String(Math.round(newest)))
  if (existsSync(folder)) return folder
  mkdirSync(builds, { recursive: true })
  const unfinished = mkdtempSync(join(builds, 'unfinished-'))
  // one of forty files builds: the others are spared what loading the bundler costs
  const [{ build }, { default: react }] = await Promise.all([import('vite'), import('@vitejs/plugin-react')])
  await build({
    configFile: false,
    logLevel: 'error',
    root: join(root, 'src/renderer'),
    plugins: [react()],
    css: { modules: { generateScopedName: scopedClass } },
    build: { outDir: unfinished, emptyOutDir: true },
  })
  if (existsSync(folder)) rmSync(unfinished, { recursive: true })
  else putInPlace(unfinished, folder)
  return folder
}

/** What `npm run build` leaves for `recheck serve`, made again where the sources have changed since. */
export async function buildServedPage(): Promise<void> {
  const folder = await builtPage()
  const served = join(root, 'out', 'renderer')
  const index = (of: string): string | null => {
    const path = join(of, 'index.html')
    return existsSync(path) ? readFileSync(path, 'utf8') : null
  }
  // the names in it are hashes of what they hold
  if (index(served) === index(folder)) return
  mkdirSync(served, { recursive: true })
  const replaced = mkdtempSync(join(builds, 'replaced-'))
  const copy = mkdtempSync(join(builds, 'unfinished-'))
  cpSync(folder, copy, { recursive: true })
  renameSync(served, replaced)
  renameSync(copy, served)
  rmSync(replaced, { recursive: true })
}

function putInPlace(unfinished: string, folder: string): void {
  try {
    renameSync(unfinished, folder)
  } catch (thrown) {
    // another test file was quicker: its build is the same
    if (!existsSync(folder)) throw thrown
    rmSync(unfinished, { recursive: true })
  }
}

function newestMs(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
  const files = entries.filter((entry) => entry.isFile())
  return Math.max(...files.map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs))
}
