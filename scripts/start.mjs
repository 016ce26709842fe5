// `npm start`: builds what is out of date, then opens the Electron window and passes its arguments on.
// Without Electron's binary or a display it says so in one line and starts `recheck serve` instead, which
// builds its page itself.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { planAfterWindow, planStart } from './startPlan.mjs'

const root = join(import.meta.dirname, '..')
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
const plan = planStart({
  args: process.argv.slice(2),
  binary: electronBinary(),
  platform: process.platform,
  environment: process.env,
})
await follow(plan)

async function follow({ shell, args, note, binary }) {
  if (note !== null) process.stderr.write(`${note}\n`)
  switch (shell) {
    case 'window': {
      const { code } = await runProgram(process.execPath, [join(root, 'scripts/buildApp.mjs'), 'window'])
      if (code !== 0) {
        process.exitCode = code
        break
      }
      const startMs = performance.now()
      // Chromium ends at once on a second Ctrl-C, and a terminal's reaches it by itself
      const ended = await runProgram(binary, [root, ...args], ['SIGTERM', 'SIGHUP'])
      const next = planAfterWindow({ args, ...ended, ranMs: performance.now() - startMs })
      if (next === null) process.exitCode = ended.code
      else await follow(next)
      break
    }
    case 'serve':
      process.exitCode = (
        await runProgram(process.execPath, [join(root, 'resources/bin/recheck.mjs'), 'serve', ...args])
      ).code
      break
    case 'none':
      process.exitCode = 1
  }
}

/**
 * Where Electron's own installer puts its binary; null when it was never fetched. Nothing is downloaded here.
 */
function electronBinary() {
  const names = {
    win32: 'electron.exe',
    darwin: 'Electron.app/Contents/MacOS/Electron',
  }
  const binary = join(root, 'node_modules/electron/dist', names[process.platform] ?? 'electron')
  return existsSync(binary) ? binary : null
}

/**
 * The child decides how to end; this process only waits, and passes signals on.
 *
 * @returns {Promise<{ code: number, wasAsked: boolean }>} its exit code, and whether a signal asked it to end
 */
async function runProgram(program, args, passed = signals) {
  const child = spawn(program, args, { cwd: process.cwd(), stdio: 'inherit' })
  let wasAsked = false
  const handlers = signals.map((signal) => {
    const handler = () => {
      wasAsked = true
      if (passed.includes(signal)) child.kill(signal)
    }
    process.on(signal, handler)
    return () => process.off(signal, handler)
  })
  const code = await new Promise((resolve) => {
    child.on('error', (error) => {
      process.stderr.write(`${program} does not start: ${error.message}\n`)
      resolve(1)
    })
    child.on('exit', (exitCode, signal) => resolve(exitCode ?? 128 + (constants.signals[signal] ?? 0)))
  })
  for (const end of handlers) end()
  return { code, wasAsked }
}
