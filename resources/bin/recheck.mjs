#!/usr/bin/env node
// Starts the command line on the Node that the project ships, whatever Node the machine has: the native
// modules are tried on that one, and it runs TypeScript directly.
import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import module from 'node:module'
import { constants, homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const requiredMajor = 24
const root = join(dirname(realpathSync(fileURLToPath(import.meta.url))), '..', '..')
const major = Number(process.versions.node.split('.')[0])

if (major === requiredMajor) {
  await keepCompiled()
  const { runCli } = await import('../../src/main/cli.ts')
  await runCli(process.argv.slice(2))
} else {
  runOnShippedNode(
    join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node'),
  )
}

/**
 * What Node makes of the TypeScript is kept in the user's cache folder, for this process and those that it starts: a command
 * begins in less than half the time. Where that folder can't be written nothing is kept, and nothing else changes.
 */
async function keepCompiled() {
  const { default: envPaths } = await import('env-paths')
  const chosen = process.env.RECHECK_CACHE?.replace(/^~(?=$|\/)/, homedir())
  const cache = chosen ? resolve(chosen) : envPaths('recheck', { suffix: '' }).cache
  process.env.NODE_COMPILE_CACHE ??= join(cache, 'compiled')
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE)
}

function runOnShippedNode(binary) {
  if (!existsSync(binary)) {
    process.stderr.write(
      `recheck: needs Node ${requiredMajor}, this is ${process.versions.node}, and ${binary} is not there. ` +
        `Run "npm ci" in ${root} (npm 11.16 or newer: npx npm@11 ci).\n`,
    )
    process.exitCode = 1
    return
  }
  const child = spawn(binary, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  })
  // The child decides how to end and this one only waits. A terminal's Ctrl-C reaches both processes, `kill` only this one:
  // each is passed on, and the child takes two within a moment as one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0)
  })
}
