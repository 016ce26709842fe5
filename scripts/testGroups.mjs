// Files of tests that need no process of their own run many to a process: one costs a quarter of a second before its
// first test, and most of them take less than that. Those that load TensorFlow or ONNX Runtime, which take as long again,
// keep to themselves.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

/**
 * What a file does to its process, or wants of it: hooks of the whole file, its variables and memory; or a browser, or an owner
 * with processes beside it, which takes long.
 */
const ownProcess = new RegExp(
  [
    /(?<![.\w])(before|after|beforeEach|afterEach)\(/,
    /\bprocess\.|globalThis|\bmock\.|syncBuiltinESMExports|\bgc\(/,
    /child_process|worker_threads/,
    /fileSuite|openPages|seededPage|chromium|ownerFixtures|realRuns|processEngine/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'i',
)
const natives = /tensorflow|onnx/i

const filesTogether = 24
const nativesTogether = 8

/**
 * @param {readonly string[]} files absolute
 * @param {string} folder where each group's own file is put: it imports its members, one after the other
 * @returns {Map<string, readonly string[]>} members by that file
 */
export function groupsOf(files, folder) {
  const fit = files
    .map((file) => ({ file, text: file + readFileSync(file, 'utf8') }))
    .filter(({ text }) => !ownProcess.test(text))
  const namesOf = (isNative) =>
    fit.filter(({ text }) => natives.test(text) === isNative).map(({ file }) => file)
  const all = inParts(namesOf(true), nativesTogether).concat(inParts(namesOf(false), filesTogether))
  const groups = new Map()
  for (const members of all.filter(({ length }) => length > 1)) {
    mkdirSync(folder, { recursive: true })
    const file = join(folder, `${process.pid}-${groups.size}.mjs`)
    writeFileSync(file, members.map((member) => `import ${JSON.stringify(pathToFileURL(member))}\n`).join(''))
    groups.set(file, members)
  }
  return groups
}

function inParts(files, size) {
  const count = Math.ceil(files.length / size)
  return Array.from({ length: count }, (_, part) => files.slice(part * size, (part + 1) * size))
}
