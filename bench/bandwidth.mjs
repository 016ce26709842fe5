// How fast this machine copies memory: node bench/bandwidth.mjs [SECONDS] prints bytes a second, read and written
// ones added up, of all cores together. The floor of a decoding step is the time in which its weights and caches
// can be read at that rate.
import { availableParallelism } from 'node:os'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

/** Of each core; far larger than any cache. */
const blockBytes = 256 * 2 ** 20

if (isMainThread) {
  const seconds = Number(process.argv[2] ?? 2)
  const rates = await Promise.all(
    Array.from({ length: availableParallelism() }, () => {
      const worker = new Worker(new URL(import.meta.url), { workerData: seconds })
      return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
    }),
  )
  console.log(rates.reduce((sum, rate) => sum + rate, 0))
} else {
  const [from, to] = [new Uint8Array(blockBytes).fill(1), new Uint8Array(blockBytes).fill(2)]
  const started = performance.now()
  let copies = 0
  while (performance.now() - started < workerData * 1000) {
    to.set(from)
    copies++
  }
  parentPort.postMessage((copies * 2 * blockBytes) / ((performance.now() - started) / 1000))
}
