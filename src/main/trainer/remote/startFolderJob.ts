import { spawn } from 'node:child_process'
import { childEnvironment } from '../../host/tensorflow/childEnvironment.ts'

/**
 * What a cluster starts: the trainer, with the variables that this machine's TensorFlow needs before it is
 * loaded.
 *
 * @param words  of the trainer: its file and arguments
 * @returns its exit code
 */
export function startFolderJob(words: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [...process.execArgv, ...words], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: childEnvironment(),
  })
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.on(signal, () => void child.kill(signal))
  return new Promise((resolve) => {
    child.on('error', (error) => {
      process.stderr.write(`The trainer could not be started: ${error.message}\n`)
      resolve(1)
    })
    child.on('exit', (code) => resolve(code ?? 1))
  })
}
