// Run by deviceProbe in a process of its own: says why XLA does not compile on the device in use, or null.
import { startTensorflow } from '../backend.ts'
import { whyNoXla } from './whyNoXla.ts'

await startTensorflow()
process.stdout.write(`${JSON.stringify({ whyNoXla: whyNoXla() })}\n`)
