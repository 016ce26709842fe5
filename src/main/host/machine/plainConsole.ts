import { format } from 'node:util'
import { plainMessage } from '../../../shared/text/plainText.ts'

const methods = ['debug', 'dir', 'error', 'info', 'log', 'table', 'trace', 'warn'] as const

/**
 * What libraries say by `console` or as a warning of Node goes to standard error as plain text: it may quote
 * a file or model of a stranger. Standard output belongs to this program alone. Called first in every entry.
 */
export function keepConsolePlain(): void {
  for (const method of methods) console[method] = (...said: unknown[]) => write(format(...said))
  // Node's own listener writes the text as it is
  process.removeAllListeners('warning')
  process.on('warning', ({ name, message }) => write(`${name}: ${message}`))
}

/** An error that nobody caught ends the process as Node would end it, with its text made plain. */
export function endPlainly(): void {
  process.on('uncaughtException', (error) => {
    write(error instanceof Error ? (error.stack ?? error.message) : String(error))
    process.exit(1)
  })
}

function write(text: string): void {
  process.stderr.write(`${plainMessage(text)}\n`)
}
