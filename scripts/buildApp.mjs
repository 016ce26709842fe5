// Builds what is missing or older than its sources: the page alone for `recheck serve`, the window's bundles
// with it for `npm start`. Plain JavaScript: `npm start` runs it on whatever Node the machine has.
//
//   node scripts/buildApp.mjs page | window
import {
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs'
import { join, relative } from 'node:path'

const parts = {
  main: { built: 'index.js', sources: ['src/main', 'src/core', 'src/shared'] },
  preload: { built: 'index.cjs', sources: ['src/preload', 'src/shared'] },
  renderer: { built: 'index.html', sources: ['src/renderer', 'src/shared'] },
}
const always = ['electron.vite.config.ts', 'scripts/scopedClass.ts', 'package-lock.json']

/** What each shell opens. */
export const partsOf = { page: ['renderer'], window: ['main', 'preload', 'renderer'] }

/**
 * The parts that have to be built, and why.
 *
 * @param {string} root folder of package.json
 * @param {'page' | 'window'} shell
 * @returns {{ part: 'main' | 'preload' | 'renderer', reason: string }[]}
 */
export function outdatedParts(root, shell) {
  return partsOf[shell].flatMap((part) => {
    const built = join(root, 'out', part, parts[part].built)
    if (!existsSync(built)) return [{ part, reason: 'not built yet' }]
    const patterns = parts[part].sources.map((folder) => `${folder}/**/*.{ts,tsx,css,html}`)
    const builtMs = statSync(built).mtimeMs
    const newer = globSync([...patterns, ...always], { cwd: root }).find(
      (file) => statSync(join(root, file)).mtimeMs > builtMs,
    )
    return newer === undefined ? [] : [{ part, reason: `older than ${newer}` }]
  })
}

/** Exit code where nothing is built and nothing can be. */
const cannotBuild = 3

const names = { main: 'The main process', preload: 'The preload script', renderer: 'The page' }
const lineEveryMs = 2000

/** Says on stderr what is being built, how many modules were read, for how long and how fast. */
function openReport(part, reason) {
  const stream = process.stderr
  const startMs = performance.now()
  let modules = 0
  let saidMs = startMs
  const said = () => {
    const seconds = (performance.now() - startMs) / 1000
    const rate = seconds > 0 ? Math.round(modules / seconds) : 0
    return `${modules.toLocaleString('en-US')} modules, ${seconds.toFixed(1)} s, ${rate} modules/s`
  }
  const name = names[part].toLowerCase()
  const title = `Building ${name} (${reason})`
  stream.write(stream.isTTY ? title : `${title}.\n`)
  return {
    module() {
      modules++
      const nowMs = performance.now()
      if (nowMs - saidMs < (stream.isTTY ? 100 : lineEveryMs)) return
      saidMs = nowMs
      stream.write(stream.isTTY ? `\r\u001b[K${title}: ${said()}` : `  ${said()}\n`)
    },
    done() {
      stream.write(`${stream.isTTY ? '\r\u001b[K' : ''}Built ${name}: ${said()}.\n`)
    },
  }
}

/**
 * Builds these parts as `npm run build` does. Each is put in place whole when it is finished, so that neither
 * a build that is broken off nor two at once leave half of one.
 *
 * @throws {Error} of the bundler, or with the code `ERR_MODULE_NOT_FOUND` where it is not installed
 */
export async function buildParts(root, outdated) {
  const { resolveConfig } = await import('electron-vite')
  const { build, mergeConfig } = await import('vite')
  const { config } = await resolveConfig({ root, logLevel: 'warn' }, 'build', 'production')
  removeLeftovers(root)
  for (const { part, reason } of outdated) {
    const begunAt = new Date()
    const unfinished = join(root, 'out', `${unfinishedPrefix}${process.pid}-${part}`)
    const report = openReport(part, reason)
    const counter = { name: 'recheck:progress', moduleParsed: () => report.module() }
    try {
      await build(
        mergeConfig(config[part], { plugins: [counter], build: { outDir: unfinished, emptyOutDir: true } }),
      )
      // a source that was changed meanwhile is not in it: it counts as newer
      utimesSync(join(unfinished, parts[part].built), begunAt, begunAt)
      putInPlace(unfinished, join(root, 'out', part))
    } finally {
      rmSync(unfinished, { recursive: true, force: true })
    }
    report.done()
  }
}

const unfinishedPrefix = '.unfinished-'

/** Of builds that were broken off. */
function removeLeftovers(root) {
  const out = join(root, 'out')
  mkdirSync(out, { recursive: true })
  for (const name of readdirSync(out)) {
    const pid = Number(new RegExp(`^\\${unfinishedPrefix}(\\d+)-`).exec(name)?.[1])
    if (pid > 0 && !isAlive(pid)) rmSync(join(out, name), { recursive: true, force: true })
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return thrown.code === 'EPERM'
  }
}

/** Two builds at once put theirs in place one after the other: the last one stays. */
function putInPlace(folder, place) {
  const replaced = `${folder}-replaced`
  while (existsSync(folder)) {
    for (const [from, to] of [
      [place, replaced],
      [folder, place],
    ]) {
      try {
        renameSync(from, to)
      } catch (thrown) {
        // nothing was there, or another build has been put there in between
        if (!['ENOENT', 'ENOTEMPTY', 'EEXIST'].includes(thrown.code)) throw thrown
      }
    }
    rmSync(replaced, { recursive: true, force: true })
  }
}

async function main(shell) {
  if (partsOf[shell] === undefined) {
    process.stderr.write('usage: node scripts/buildApp.mjs page | window\n')
    return 2
  }
  const root = join(import.meta.dirname, '..')
  const outdated = outdatedParts(root, shell)
  if (outdated.length === 0) return 0
  try {
    process.chdir(root) // the bundler's config names its folders from there
    await buildParts(root, outdated)
    return 0
  } catch (thrown) {
    if (thrown.code === 'ERR_MODULE_NOT_FOUND') return notInstalled(root, outdated)
    process.stderr.write(`${relative(process.cwd(), root) || '.'}: the build failed: ${thrown.message}\n`)
    return 1
  }
}

/** An installation without the development packages uses what it came with. */
function notInstalled(root, outdated) {
  const [missing] = outdated.filter(({ part }) => !existsSync(join(root, 'out', part, parts[part].built)))
  const first = missing ?? outdated[0]
  process.stderr.write(
    missing === undefined
      ? `Note: ${names[first.part]} is ${first.reason}, and what builds it is not installed: it is used as it is. "npm ci" in ${root} installs it.\n`
      : `${names[first.part]} is not built yet, and what builds it is not installed. Run "npm ci && npm run build" in ${root}.\n`,
  )
  return missing === undefined ? 0 : cannotBuild
}

if (import.meta.main) process.exitCode = await main(process.argv[2])
