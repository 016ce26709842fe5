// Run by diagnosis in a process of its own: loads ONNX Runtime and says what it is.
import { createRequire } from 'node:module'
import { listSupportedBackends } from 'onnxruntime-node'

const { version } = createRequire(import.meta.url)('onnxruntime-node/package.json') as { version: string }
process.stdout.write(`${JSON.stringify({ version, providers: listSupportedBackends() })}\n`)
