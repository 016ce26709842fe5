import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import type { CommandCall } from './command.ts'

const longest = 10_000

/**
 * One line of standard input: in a terminal after a prompt and without an echo, elsewhere the first line of
 * what is piped in.
 *
 * @returns without blanks at its ends; '' where nothing was given
 * @throws RecheckError `usage.invalid` where it was left with Ctrl-C, or is too long to be a secret
 */
export async function readSecret(prompt: string, call: CommandCall): Promise<string> {
  const { stdin } = call
  const isTerminal = 'isTTY' in stdin && stdin.isTTY === true
  if (isTerminal) call.note(prompt)
  const line = isTerminal ? await typedLine(call) : await pipedLine(stdin)
  if (line.length > longest) {
    throw new RecheckError('usage.invalid', `A line of more than ${longest} characters is no token.`)
  }
  return line.trim()
}

/** A terminal in raw mode echoes nothing itself, and what readline would echo goes nowhere. */
function typedLine({ stdin, signal }: CommandCall): Promise<string> {
  const output = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output, terminal: true, historySize: 0, signal })
  return new Promise<string>((resolve, reject) => {
    lines.once('line', (line) => {
      resolve(line)
      lines.close()
    })
    lines.once('SIGINT', () => lines.close())
    lines.once('close', () =>
      reject(new RecheckError('usage.invalid', 'Nothing was typed, and nothing is stored.')),
    )
  })
}

/** As far as a secret can reach: what follows is not read. */
async function pipedLine(stdin: CommandCall['stdin']): Promise<string> {
  let text = ''
  for await (const chunk of stdin) {
    text += String(chunk)
    if (text.length > longest || text.includes('\n')) break
  }
  return text.split('\n', 1)[0] ?? ''
}
