// Files of tests that need no process of their own run many to a process: one costs a quarter of a second before its
// first test, and most of them take less than that.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const filesTogether = 24

/**
 * What a file does to its process, or wants of it: hooks of the whole file, its variables and memory, natives; or an owner with
 * processes beside it, which takes long.
 */
const ownProcess = new RegExp(
  [
    /(?<![.\w])(before|after|beforeEach|afterEach)\(/,
    /\bprocess\.|globalThis|\bmock\.|syncBuiltinESMExports|\bgc\(/,
    /child_process|worker_threads|tensorflow|onnx/i,
    /openPages|seededPage|chromium|ownerFixtures|realRuns|processEngine/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'i',
)

/**
 * @param {readonly string[]} files absolute
 * @param {string} folder where each group's own file is put: it imports its members, one after the other
 * @returns {Map<string, readonly string[]>} members by that file
 */
export function groupsOf(files, folder) {
  const fit = files.filter((file) => !ownProcess.test(file + readFileSync(file, 'utf8')))
  const groups = new Map()
  for (let begin = 0; begin < fit.length; begin += filesTogether) {
    const members = fit.slice(begin, begin + filesTogether)
    if (members.length < 2) break
    mkdirSync(folder, { recursive: true })
    const file = join(folder, `${process.pid}-${groups.size}.mjs`)
    writeFileSync(file, members.map((member) => `import ${JSON.stringify(pathToFileURL(member))}\n`).join(''))
    groups.set(file, members)
  }
  return groups
}
