// `npm start`: builds what is out of date, then opens the Electron window and passes its arguments on. Without
// Electron's binary or a display it says so in one line and starts `recheck serve` instead.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { isBuildOutdated, planStart } from './startPlan.mjs'

const root = join(import.meta.dirname, '..')
if (isBuildOutdated(root)) {
  const code = await runProgram(process.execPath, [
    join(root, 'node_modules/electron-vite/bin/electron-vite.js'),
    ...['build', '--logLevel', 'warn'],
  ])
  if (code !== 0) process.exit(code)
}
const plan = planStart({
  args: process.argv.slice(2),
  binary: electronBinary(),
  platform: process.platform,
  environment: process.env,
})
if (plan.note !== null) process.stderr.write(`${plan.note}\n`)
switch (plan.shell) {
  case 'window':
    process.exitCode = await runProgram(plan.binary, [root, ...plan.args])
    break
  case 'serve':
    process.exitCode = await runProgram(process.execPath, [
      ...[join(root, 'resources/bin/recheck.mjs'), 'serve'],
      ...plan.args,
    ])
    break
  case 'none':
    process.exitCode = 1
}

/** Where Electron's own installer puts its binary; null when it was never fetched. Nothing is downloaded here. */
function electronBinary() {
  const names = {
    win32: 'electron.exe',
    darwin: 'Electron.app/Contents/MacOS/Electron',
  }
  const binary = join(root, 'node_modules/electron/dist', names[process.platform] ?? 'electron')
  return existsSync(binary) ? binary : null
}

/** Resolves with the exit code. A terminal's Ctrl-C reaches the child as well; it decides how to end. */
async function runProgram(program, args) {
  const child = spawn(program, args, { cwd: process.cwd(), stdio: 'inherit' })
  const wait = () => undefined
  const pass = () => child.kill('SIGTERM')
  process.on('SIGINT', wait)
  process.on('SIGTERM', pass)
  const code = await new Promise((resolve) => {
    child.on('error', (error) => {
      process.stderr.write(`${program} does not start: ${error.message}\n`)
      resolve(1)
    })
    child.on('exit', (exitCode, signal) => resolve(exitCode ?? 128 + (constants.signals[signal] ?? 0)))
  })
  process.off('SIGINT', wait)
  process.off('SIGTERM', pass)
  return code
}
