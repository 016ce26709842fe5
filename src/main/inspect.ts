import { createInterface } from 'node:readline'
import { errorData } from '../shared/recheckError.ts'
import { endPlainly, keepConsolePlain } from './host/machine/plainConsole.ts'
import type { Inquiry } from './owner/inquiry.ts'
import { inspectConfig } from './tools/inspectConfig.ts'

// One question as a line of JSON on standard input, one answer as JSON on standard output. Asked by an owner
// (owner/inquiry.ts), which holds standard input open: when that ends, the owner is gone and nobody waits.
keepConsolePlain()
endPlainly()
const lines = createInterface({ input: process.stdin })
lines.once('line', (line) => void answer(JSON.parse(line) as Inquiry))
lines.once('close', () => process.exit(1))

async function answer(inquiry: Inquiry): Promise<void> {
  const reply = await inspectConfig(inquiry).then(
    (data) => ({ data }),
    (thrown: unknown) => ({ error: errorData(thrown) }),
  )
  process.stdout.write(JSON.stringify(reply), () => process.exit(0))
}
