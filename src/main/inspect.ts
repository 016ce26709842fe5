import { text } from 'node:stream/consumers'
import { errorData } from '../shared/recheckError.ts'
import { answerInquiry } from './tools/inspectConfig.ts'
import type { Inquiry } from './owner/inquiry.ts'

// One question as JSON on standard input, one answer as JSON on standard output. Asked by an owner (jobs/inquiry.ts).
const inquiry = JSON.parse(await text(process.stdin)) as Inquiry
const answer = await answerInquiry(inquiry).then(
  (data) => ({ data }),
  (thrown: unknown) => ({ error: errorData(thrown) }),
)
process.stdout.write(JSON.stringify(answer), () => process.exit(0))
