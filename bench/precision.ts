// What fewer bits do to a model's log-probs, as mean and largest |Δ| in nats over the tokens of the answers below:
//
//   node bench/precision.ts FOLDER
//
// Two distances for each way of keeping and computing: of the captured graph from 32-bit floats computed op by op with
// the same rounded weights (what Recheck's computation adds), and from the file's own weights in 32 bits (with what
// rounding the weights costs, whoever computes).
import { parseArgs } from 'node:util'
import type { ProductPrecision } from '../src/core/graph/rawOps.ts'
import type { ModelConfig } from '../src/core/model/config/modelConfig.ts'
import type { ParameterValues } from '../src/core/model/parameterValues.ts'
import { storedParameters, type WeightStorage } from '../src/core/model/weightStorage.ts'
import { logProbsByLayers } from '../src/core/train/engine/scorers/logProbsByLayers.ts'
import { loadTokenizer } from '../src/main/host/model/hubTokenizer.ts'
import { openModelFolder, readParameters } from '../src/main/host/model/modelFolder.ts'
import { tensorFlowBackend } from '../src/main/host/tensorflow/addon.ts'
import { tensorflowOps } from '../src/main/host/tensorflow/ops.ts'
import { createScorer } from '../src/main/host/tensorflow/trainerFactory.ts'

const answers = [
  'What is 27 + 45? 20 + 40 = 60 and 7 + 5 = 12, so 27 + 45 = 72. The answer is 72.',
  'Solve 3x + 4 = 19 for x. Subtract 4 from both sides: 3x = 15. Divide by 3: x = 5.',
  'Natalia sold clips to 48 of her friends in April, and then half as many in May. She sold 48 / 2 = 24 clips in May, 48 + 24 = 72 altogether.',
  'The capital of France is Paris. It lies on the river Seine, and some two million people live there.',
  'Check the answer. 72 - 45 = 27, which is what was asked for. The answer is correct.',
  'A train travels 60 miles in an hour and a half. Its speed is 60 / 1.5 = 40 miles per hour.',
]

interface Variant {
  readonly storedAs: WeightStorage
  readonly compute: ProductPrecision
}
const variants: readonly Variant[] = [
  { storedAs: 'f32', compute: 'f32' },
  { storedAs: 'f16', compute: 'f32' },
  { storedAs: 'bf16', compute: 'f32' },
  { storedAs: 'int8', compute: 'f32' },
  { storedAs: 'f32', compute: 'bf16' },
  { storedAs: 'bf16', compute: 'bf16' },
]

interface Model {
  readonly config: ModelConfig
  readonly parameters: ParameterValues
}

/** In 32-bit floats, op by op. */
async function exactLogProbs(model: Model, rows: readonly Int32Array[]): Promise<Float32Array[]> {
  const scores = await logProbsByLayers({ ...model, ops: tensorflowOps('f32') }, rows, 1)
  if (scores === null) throw new Error('nothing stops it')
  return scores
}

/** By the captured graph that runs train with. */
async function graphLogProbs(
  model: Model,
  rows: readonly Int32Array[],
  { storedAs, compute }: Variant,
): Promise<readonly Float32Array[]> {
  const longest = Math.max(...rows.map((row) => row.length - 1))
  const scorer = createScorer(
    {
      ...model,
      storedAs,
      ops: tensorflowOps(compute),
      temperature: 1,
      buckets: [longest],
      rowsPerMicroBatch: rows.length,
    },
    { capture: true },
  )
  try {
    return await scorer.tokenLogProbs(rows)
  } finally {
    await scorer.dispose()
  }
}

/** "mean (largest)" of |Δ|, nats. */
function apart(a: readonly Float32Array[], b: readonly Float32Array[]): string {
  const differences = a.flatMap((row, i) =>
    Array.from(row, (value, t) => Math.abs(value - (b[i]?.[t] ?? Number.NaN))),
  )
  const mean = differences.reduce((sum, each) => sum + each, 0) / differences.length
  const largest = differences.reduce((most, each) => Math.max(most, each), 0)
  return `${mean.toExponential(1)} (${largest.toExponential(1)})`
}

const { positionals } = parseArgs({ allowPositionals: true })
const [given] = positionals
if (given === undefined) throw new Error('usage: node bench/precision.ts FOLDER')
tensorFlowBackend()
const folder = await openModelFolder(given)
const tokenizer = await loadTokenizer(folder.folder)
const rows = answers.map((answer) => Int32Array.from(tokenizer.encode(answer)))
const model = { config: folder.config, parameters: await readParameters(folder) }
const ofFile = await exactLogProbs(model, rows)
const tokens = rows.reduce((sum, row) => sum + row.length - 1, 0)
console.log(`${folder.folder}, ${tokens} tokens: mean (largest) |Δ log-prob|, nats\n`)
console.log(
  '| weights | products | from the same weights in f32, op by op | from the file’s weights in f32 |',
)
console.log(
  '| ------- | -------- | -------------------------------------- | ------------------------------ |',
)
for (const variant of variants) {
  const { storedAs, compute } = variant
  const kept = await graphLogProbs(model, rows, variant)
  const rounded = storedParameters(model.config, model.parameters, storedAs)
  const sameWeights = await exactLogProbs({ config: model.config, parameters: rounded }, rows)
  console.log(
    `| ${storedAs.padEnd(7)} | ${compute.padEnd(8)} | ${apart(kept, sameWeights).padEnd(38)} | ${apart(kept, ofFile).padEnd(30)} |`,
  )
}
