import react from '@vitejs/plugin-react'
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { build, type Plugin } from 'vite'
import { scopedClass } from '../../../scripts/scopedClass.ts'
import { buildBundles } from '../bundles.ts'
import { bundlesFolder } from '../bundlesFolder.ts'

const root = join(import.meta.dirname, '../../..')
const bundles = join(root, bundlesFolder)

/**
 * An app folder for Electron 9: the window's own main and preload bundles and the page, lowered to Node 12
 * and Chromium 83.
 *
 * @returns the folder of the page
 */
export async function lowerBundles(folder: string): Promise<string> {
  const pageFolder = join(folder, 'out/renderer')
  await buildBundles()
  await Promise.all([lowerMain(folder), lowerPage(pageFolder)])
  cpSync(join(bundles, 'preload'), join(folder, 'out/preload'), { recursive: true })
  cpSync(join(root, 'resources/icon.png'), join(folder, 'resources/icon.png'))
  for (const file of ['main.cjs', 'olderNode.cjs'])
    cpSync(join(import.meta.dirname, file), join(folder, file))
  mkdirSync(join(folder, 'node_modules/node/bin'), { recursive: true })
  symlinkSync(process.execPath, join(folder, 'node_modules/node/bin/node'))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'recheck', main: 'main.cjs' }))
  return pageFolder
}

/**
 * One CommonJS file with its dependencies, and no `node:` before a module's name. The chunks that a window
 * loads for a data folder of its own stay out: Electron 9 cannot load the store's module.
 */
async function lowerMain(folder: string): Promise<void> {
  const modules = builtinModules.map((name) => new RegExp(`^(node:)?${name}$`))
  await build({
    configFile: false,
    logLevel: 'error',
    root,
    plugins: [homeByServer, olderLibrary('main/index.js')],
    resolve: { alias: { electron: join(import.meta.dirname, 'olderElectron.mjs') }, conditions: ['node'] },
    ssr: { noExternal: true },
    build: {
      ssr: true,
      target: 'es2019',
      outDir: folder,
      emptyOutDir: false,
      minify: false,
      rollupOptions: {
        input: join(bundles, 'main/index.js'),
        external: [/\/chunks\//, ...modules],
        output: {
          format: 'cjs',
          entryFileNames: 'index.cjs',
          codeSplitting: false,
          paths: (id: string) => id.replace(/^node:/, ''),
        },
      },
    },
  })
}

/**
 * Where a window would open a data folder of its own, it drives the server of `RECHECK_HOME` as if that were its
 * own; without the variable nothing may ask for it.
 */
const homeByServer: Plugin = {
  name: 'home-by-server',
  transform(code, id) {
    if (!id.endsWith('main/index.js')) return null
    let parts = 0
    const changed = code.replaceAll(/import\("\.\/chunks\/[^"]+"\)(?:\.then\(\(n\) => n\.\w+\))?/g, () => {
      parts++
      return 'Promise.resolve(homeByServer)'
    })
    if (parts !== 3)
      throw new Error(`a window loads ${parts} chunks for a data folder of its own, expected 3`)
    return `${changed}
      const homeByServer = {
        openOwnerBackend: async () =>
          Object.assign(await connectRemote(process.env.RECHECK_HOME), { startWaiting: () => undefined }),
        dataFolder: () => '',
        useDataFolder: () => undefined,
        systemClock: { nowMs: () => Date.now() },
      }`
  },
}

async function lowerPage(outDir: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'error',
    root: join(root, 'src/renderer'),
    plugins: [react(), olderLibrary('src/renderer/src/main.tsx'), olderStyles],
    css: { modules: { generateScopedName: scopedClass } },
    build: { outDir, emptyOutDir: true, target: 'chrome83', cssTarget: 'chrome83' },
  })
}

/**
 * What Vite does not lower: the standard library, which the file that everything starts with imports first.
 */
const olderLibrary = (entry: string): Plugin => ({
  name: 'older-library',
  transform: (code, id) => (id.endsWith(entry) ? `import 'core-js/stable'\n${code}` : null),
})

/** CSS that Chromium 83 would leave out (a flex box's `gap` it has not). */
const olderStyles: Plugin = {
  name: 'older-styles',
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type !== 'asset' || !file.fileName.endsWith('.css')) continue
      file.source = file.source
        .toString()
        .replaceAll(':where(', ':-webkit-any(')
        .replaceAll(/(\d)dvh/g, '$1vh')
        .replaceAll(/(padding|margin)-inline:([^;}]+)/g, '$1-left:$2;$1-right:$2')
        .replaceAll(/(padding|margin)-block:([^;}]+)/g, '$1-top:$2;$1-bottom:$2')
        .replaceAll(/([;{])inset:([^; }]+)(?=[;}])/g, '$1top:$2;right:$2;bottom:$2;left:$2')
    }
  },
}
