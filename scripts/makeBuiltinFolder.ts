// Makes the folder of a built-in model from the model that a warm-up made: weights, tokenizer, README,
// problems.jsonl.
//
//   recheck sft --preset builtin-from-scratch
//   recheck show RUN --json > run.json
//   recheck eval --model RUNFOLDER/warm-up/model --json > eval.json
//   node scripts/makeBuiltinFolder.ts RUNFOLDER/warm-up/model run.json eval.json OUT
//
// The test problems are drawn from the test split, whose problems no training split holds; OUT must not exist
// yet.

import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { arithmeticSplits } from '../src/core/data/arithmetic.ts'
import { correctVerdictText, solutionText } from '../src/core/data/arithmeticDialogue.ts'
import { parseExercise } from '../src/core/data/arithmeticProblem.ts'
import { parseConfig, type RunConfig } from '../src/shared/config/parseConfig.ts'
import { headlineShares } from '../src/shared/metrics/headlineShares.ts'

const testProblems = 200

/** One line a problem, in the form that `reservedProblems` reads. */
function problemLines(): string[] {
  const { test } = arithmeticSplits({
    seed: 0,
    train: 0,
    validation: 0,
    test: testProblems,
    levels: ['starter'],
    reserved: new Set(),
  })
  return test.map(({ question, answer }) => {
    const exercise = parseExercise(question)
    if (exercise === null) throw new RangeError(`${question} is no exercise`)
    return JSON.stringify({
      problem: question,
      answer,
      solution: solutionText(exercise, 'hash'),
      check_of_the_right_answer: correctVerdictText(exercise),
    })
  })
}

interface Evaluation {
  readonly samples: number
  readonly problems: readonly unknown[]
  readonly proportions: Readonly<
    Record<
      string,
      { readonly value: number | null; readonly low: number | null; readonly high: number | null }
    >
  >
}

function readme({ warmUp, seed }: RunConfig, { proportions, problems, samples }: Evaluation): string {
  if (warmUp === null) throw new RangeError('the run has no warm-up')
  const rows = headlineShares.map(([name, label]) => {
    const share = proportions[name]
    const digits = (value: number | null | undefined): string => value?.toFixed(3) ?? '–'
    return `| ${label} | ${digits(share?.value)} | ${digits(share?.low)} to ${digits(share?.high)} |`
  })
  return [
    '# Built-in model',
    '',
    'Made by Recheck itself: `recheck sft --preset builtin-from-scratch`, a warm-up from random weights on worked dialogues of',
    `two-digit arithmetic and linear equations (seed ${seed}, ${warmUp.steps} steps of ${warmUp.conversationsPerStep} dialogues). This folder, its README and \`problems.jsonl\` are`,
    'written by `scripts/makeBuiltinFolder.ts`.',
    '',
    `\`problems.jsonl\` holds ${testProblems} test problems with solution and check; none of them is a training problem of any run (tested).`,
    '',
    `On ${problems.length} test problems, ${samples} ${samples === 1 ? 'sample' : 'samples'} each at temperature 1, with 95 % Wilson intervals:`,
    '',
    '| | share | interval |',
    '| --- | --- | --- |',
  ]
    .concat(rows, '')
    .join('\n')
}

const [model, run, evaluation, out] = process.argv.slice(2)
if (model === undefined || run === undefined || evaluation === undefined || out === undefined) {
  throw new RangeError(
    'expected the folder of a model, the JSON of its run, the JSON of its evaluation and the folder to make',
  )
}
const shown = JSON.parse(await readFile(run, 'utf8')) as { readonly run: { readonly config: string } }
const config = parseConfig(JSON.parse(shown.run.config), run)
const measured = JSON.parse(await readFile(evaluation, 'utf8')) as Evaluation
await mkdir(out)
await cp(model, out, { recursive: true })
await writeFile(join(out, 'problems.jsonl'), `${problemLines().join('\n')}\n`)
await writeFile(join(out, 'README.md'), readme(config, measured))
