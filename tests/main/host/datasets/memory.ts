/**
 * Run by datasetMemory.test.ts in a process of its own: loads a file and prints its rows and the peak of its
 * memory.
 */
import { loadProblems } from '../../../../src/main/host/datasets/files.ts'

const { report, train } = await loadProblems({
  source: {
    path: process.argv[2] ?? '',
    fields: { question: 'question', answer: 'answer', subject: null, level: null },
  },
  sizes: { train: 4096, validation: 256, test: 1000 },
  seed: 0,
  datasetsFolder: '',
})
const peakBytes = process.resourceUsage().maxRSS * 1024
process.stdout.write(JSON.stringify({ rows: report.rows, train: train.length, peakBytes }))
