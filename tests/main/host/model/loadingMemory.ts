/** Child process of loadingMemory.test.ts: loads a folder in one of two ways and prints what that cost. */
import {
  modelBytes,
  largestTensor,
  openModelFolder,
  readParameters,
} from '../../../../src/main/host/model/modelFolder.ts'
import { loadTensors } from '../../../../src/main/host/model/loadTensors.ts'
import { startTensorflow } from '../../../../src/main/host/tensorflow/backend.ts'

const [folder = '', way = ''] = process.argv.slice(2)
await startTensorflow()
const checkpoint = await openModelFolder(folder)
globalThis.gc?.()
const started = process.memoryUsage.rss()
let highest = started
const watch = setInterval(() => (highest = Math.max(highest, process.memoryUsage.rss())), 5)
const parameters = way === 'tensors' ? await loadTensors(checkpoint) : await readParameters(checkpoint)
clearInterval(watch)
highest = Math.max(highest, process.memoryUsage.rss())
process.stdout.write(
  JSON.stringify({
    parameters: parameters.size,
    growth: highest - started,
    weights: modelBytes(checkpoint),
    largest: 4 * largestTensor(checkpoint),
  }),
)
