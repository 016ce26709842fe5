// Stands in for src/main/inspect.ts in tests of what is asked of it: leaves a file named after its process in
// the folder that the config's notes name, then ends as they say. With `--keep` an answer is a line, and does
// not end it.
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'

export interface SlowConfig {
  readonly folder: string
  readonly how: 'answer' | 'exit' | 'heap' | 'crash' | 'garbage'
  /** A file that it waits for before it ends. */
  readonly until?: string
}

const isKept = process.argv.includes('--keep')
const lines = createInterface({ input: process.stdin })
lines.once('close', () => process.exit(1))
lines.on('line', (line) => {
  const { config } = JSON.parse(line) as { readonly config: { readonly notes: string } }
  void obey(JSON.parse(config.notes) as SlowConfig)
})

async function obey({ folder, how, until }: SlowConfig): Promise<void> {
  writeFileSync(join(folder, `${process.pid}`), '')
  while (until !== undefined && !existsSync(join(folder, until))) await wait(10)
  const end = (code: number): void => void process.stdout.write('', () => process.exit(code))
  switch (how) {
    case 'answer':
      process.stdout.write(`${JSON.stringify({ data: process.pid })}${isKept ? '\n' : ''}`)
      return isKept ? undefined : end(0)
    case 'garbage':
      process.stdout.write('{"neither": 1}')
      return end(0)
    case 'heap':
      process.stderr.write(
        'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory\n',
      )
      return end(134)
    case 'crash':
      process.stderr.write(Array.from({ length: 40 }, (_, index) => `line ${index}`).join('\n'))
      return end(3)
    case 'exit':
      return end(7)
  }
}
