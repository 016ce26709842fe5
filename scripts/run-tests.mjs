// Runs the test files and ends in one plain line, `N passed, N failed`. A skipped, cancelled or todo test
// counts as failed; so does a run of fewer tests than tests/floor.json states, and a run of none.
//
//   node scripts/run-tests.mjs                 all of tests/**/*.test.ts, with the floor
//   node scripts/run-tests.mjs PATH…           these files or folders, without a floor
//   node scripts/run-tests.mjs --floor F PATH… these files or folders, with the floor stated in F
//
// Files that need no process of their own run many to a process (scripts/testGroups.mjs); --together FOLDER says so of
// another folder than tests/. Four processes at a time keep two cores busy where two of them wait.
// Those that tests/longest.json names come first, in its order, so that none of them is left alone at the end
// while the other core waits; --longest F takes another list. Its paths begin at its own folder.
import { existsSync, globSync, readFileSync, rmSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { finished } from 'node:stream/promises'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { inspect, parseArgs } from 'node:util'
import { groupsOf } from './testGroups.mjs'

const root = join(import.meta.dirname, '..')
const { values, positionals: chosen } = parseArgs({
  options: { floor: { type: 'string' }, longest: { type: 'string' }, together: { type: 'string' } },
  allowPositionals: true,
})
const longestFile = resolve(values.longest ?? join(root, 'tests/longest.json'))
const floorFile = values.floor ?? (chosen.length === 0 ? join(root, 'tests/floor.json') : null)
// what Node makes of the TypeScript is kept between the hundreds of processes: they begin in less than half
// the time
process.env.NODE_COMPILE_CACHE ??= join(root, '.cache', 'compiled')
const quiet = Boolean(process.env.CI) || !process.stdout.isTTY

const found = (chosen.length > 0 ? chosen : [join(root, 'tests')]).flatMap(testFilesOf).sort()
const counts = { passed: 0, failed: 0, notRun: 0 }
/** By file: tests that passed, and all that there were. */
const passedIn = new Map()
const testsIn = new Map()
const problems = []
const longest = longestOf(found)
const others = found.filter((file) => !longest.includes(file))
const together = `${resolve(values.together ?? join(root, 'tests'))}/`
const groups = groupsOf(
  others.filter((file) => file.startsWith(together)),
  join(root, '.cache', 'groups'),
)
const grouped = new Set([...groups.values()].flat())
const files = [...longest, ...groups.keys(), ...others.filter((file) => !grouped.has(file))]

// Processes that died in native code, by file: they are named and run once more, and what passed before the
// death does not count; a second death is a failure.
const died = new Map()
const broken = new Set()
await runFiles(files, true)
await runBrokenGroups()
if (died.size > 0) {
  for (const [file, how] of died) {
    console.log(`DIED ${relative(root, file)}: ${how}; it is run once more`)
    counts.passed -= passedIn.get(file) ?? 0
  }
  await runFiles([...died.keys()], false)
}

checkFloor()
for (const problem of problems) console.log(problem)
const failed =
  counts.failed + counts.notRun + (problems.length > 0 && counts.failed + counts.notRun === 0 ? 1 : 0)
console.log(`${counts.passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

async function runFiles(chosenFiles, isFirst) {
  const stream = run({ files: chosenFiles, cwd: root, concurrency: 4, forceExit: false, timeout: 600_000 })
  stream.on('test:pass', (event) => count(event, 'passed'))
  stream.on('test:fail', (event) => {
    if (event.name === event.file && groups.has(event.file)) return void broken.add(event.file)
    const signal = event.details.error?.signal ?? null
    if (isFirst && event.name === event.file && signal !== null) died.set(event.file, signal)
    else count(event, 'failed')
  })
  if (quiet) reportQuietly(stream)
  else stream.compose(spec).pipe(process.stdout)
  await finished(stream.resume())
}

/**
 * A group whose process broke outside of its tests, or died: its files run anew, each by itself, so that the one that does so
 * is named. A file of which no test came is found here, too.
 */
async function runBrokenGroups() {
  for (const [group, members] of groups) {
    rmSync(group)
    if (!broken.has(group))
      for (const file of members.filter((member) => !testsIn.has(member))) noTestIn(file)
  }
  if (broken.size === 0) return
  const anew = [...broken].flatMap((group) => groups.get(group))
  console.log(`BROKE outside of its tests: a process of ${anew.length} files; each runs anew by itself`)
  for (const file of anew) {
    counts.passed -= passedIn.get(file) ?? 0
    counts.failed -= (testsIn.get(file) ?? 0) - (passedIn.get(file) ?? 0)
    for (const counted of [passedIn, testsIn]) counted.delete(file)
  }
  await runFiles(anew, true)
}

/** Those of the list that are to run, in its order. */
function longestOf(all) {
  const folder = dirname(longestFile)
  const listed = JSON.parse(readFileSync(longestFile, 'utf8')).map((file) => join(folder, file))
  for (const file of listed)
    if (!existsSync(file)) problems.push(`${longestFile} names ${file}, which is not there`)
  return listed.filter((file) => all.includes(file))
}

function testFilesOf(path) {
  if (statSync(path).isFile()) return [resolve(path)]
  return globSync('**/*.test.ts', { cwd: path }).map((file) => resolve(path, file))
}

function count({ name, file, skip, todo, details }, outcome) {
  // node:test also reports suites, and under its own path a file without tests or one that broke outside of
  // them
  if (details.type === 'suite') return
  if (name === file && outcome === 'passed') return noTestIn(file)
  if (skip !== undefined || todo !== undefined) {
    counts.notRun++
    problems.push(`not run: ${name} (${relative(root, file ?? '')})`)
    return
  }
  counts[outcome]++
  testsIn.set(file, (testsIn.get(file) ?? 0) + 1)
  if (outcome === 'passed') passedIn.set(file, (passedIn.get(file) ?? 0) + 1)
}

function noTestIn(file) {
  counts.notRun++
  problems.push(`no test in ${relative(root, file)}`)
}

function checkFloor() {
  const executed = counts.passed + counts.failed
  if (executed === 0) problems.push('no test was executed')
  if (floorFile === null) return
  const { tests: floor } = JSON.parse(readFileSync(floorFile, 'utf8'))
  if (executed < floor)
    problems.push(`${executed} tests were executed, ${floorFile} asks for at least ${floor}`)
}

/** A group by the first and the last of its files; null: the file is none. */
function groupName(file) {
  const members = groups.get(file)
  if (members === undefined) return null
  const [first, last] = [members[0], members.at(-1)].map((member) => relative(root, member))
  return `${members.length} files, ${first} to ${last}`
}

/** Also of what a process threw that has no text of its own, such as an object without a prototype. */
function shown(value) {
  return typeof value === 'string' ? value : inspect(value)
}

/** One line a file, failures in full: a log that can be read afterwards. */
function reportQuietly(events) {
  const perFile = new Map()
  events.on('test:pass', ({ file }) => perFile.set(file, (perFile.get(file) ?? 0) + 1))
  events.on('test:fail', ({ name, file, details }) => {
    if (details.error?.failureType === 'subtestsFailed') return
    const cause = details.error?.cause
    const { exitCode, signal } = details.error ?? {}
    if (signal ?? exitCode) console.log(`  (its process ended with ${signal ?? `code ${exitCode}`})`)
    console.log(`FAILED ${relative(root, file ?? '')}: ${name}`)
    console.log(`  ${shown(cause?.stack ?? cause ?? details.error).replaceAll('\n', '\n  ')}`)
  })
  events.on('test:summary', ({ file, duration_ms, counts: tests }) => {
    if (file === undefined) return
    console.log(
      `${groupName(file) ?? relative(root, file)}: ${tests.passed} of ${tests.tests}, ${(duration_ms / 1000).toFixed(1)} s`,
    )
  })
}
