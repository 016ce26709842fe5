import { metricTable } from '../../shared/metrics/table.ts'
import { plainLine } from '../../shared/text/plainText.ts'
import { isGroupMethod, type RunConfig } from '../../shared/config/parseConfig.ts'
import type { Evaluation, Proportion, Run } from '../../shared/runs/records.ts'

export interface ModelCardFacts {
  readonly run: Run
  readonly config: RunConfig
  /** Steps done at the checkpoint. */
  readonly step: number
  /** What the run began with: a name, never a path of this machine. */
  readonly base: string
  /** Of the base; null where nothing states it. */
  readonly licence: string | null
  readonly evaluations: readonly Evaluation[]
  readonly parameters: number
  readonly dtype: 'f32' | 'bf16' | 'f16'
  /** Its name, where the weights are a GGUF file; left out: a folder for transformers. */
  readonly ggufFile?: string
  readonly version: string
  /** ISO date, UTC. */
  readonly date: string
}

/** README.md of an exported model: what it is, what it was made of and how, and what was measured. */
export function modelCard(facts: ModelCardFacts): string {
  const { run, config, step, base, licence } = facts
  const head = [
    '---',
    ...(licence === null ? [] : [`license: ${JSON.stringify(plainLine(licence))}`]),
    `base_model: ${JSON.stringify(plainLine(base))}`,
    `library_name: ${facts.ggufFile === undefined ? 'transformers' : 'gguf'}`,
    'pipeline_tag: text-generation',
    'tags: [self-correction, reinforcement-learning, recheck]',
    '---',
  ]
  const body = [
    `# ${marked(run.name)}`,
    '',
    `${marked(base)} after ${step} steps of ${run.stage === 'warm-up' ? 'supervised fine-tuning' : 'reinforcement learning on its own answers'}, in Recheck ${facts.version}.`,
    '',
    '| | |',
    '|---|---|',
    ...rowsOf(facts).map(([name, value]) => `| ${name} | ${value} |`),
    '',
    '## Method',
    '',
    methodText(config, run.stage),
    '',
    '## Before and after',
    '',
    ...measured(facts),
    '',
    '## Loading',
    '',
    ...loading(facts),
  ]
  return `${[...head, '', ...body].join('\n')}\n`
}

function loading({ ggufFile }: ModelCardFacts): readonly string[] {
  if (ggufFile !== undefined) return ['```bash', `llama-cli -m FOLDER/${ggufFile}`, '```']
  return [
    '```python',
    'from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast',
    'model = AutoModelForCausalLM.from_pretrained("FOLDER")',
    'tokenizer = PreTrainedTokenizerFast.from_pretrained("FOLDER")  # reads tokenizer.json as it stands',
    '```',
  ]
}

/** In the field's words, with the numbers that decide. */
function methodText(config: RunConfig, stage: Run['stage']): string {
  if (stage === 'warm-up' && config.warmUp !== null) {
    const { learningRate, conversationsPerStep } = config.warmUp
    return `Supervised fine-tuning on what the assistant says in conversations: ${conversationsPerStep} a step, AdamW, learning rate ${learningRate}. The data and every other setting stand in the run’s config.`
  }
  const { turns, revisionBonus, optimizer } = config
  const asked =
    turns === 'self-correction'
      ? 'Each problem is answered in three turns: attempt, verdict on the attempt, and a revision where the verdict says that it is wrong; a revision is rewarded for what it ' +
        `gains over the attempt (bonus ${revisionBonus}).`
      : `Turns: ${turns}.`
  const warmUp =
    config.warmUp === null
      ? ''
      : `First a warm-up: supervised fine-tuning for ${config.warmUp.steps} steps, learning rate ${config.warmUp.learningRate}. `
  return `${warmUp}${asked} Rewards are computed from the known answers. ${baselineText(config)} AdamW, learning rate ${optimizer.learningRate}. The prompts and every other setting stand in the run’s config.`
}

function baselineText({ method, vStar, policyBeta, groupSize }: RunConfig): string {
  if (method === 'a-star-po')
    return `A*-PO (arXiv 2505.20686): the baseline V* of each prompt is estimated from ${vStar.samples} completions of the reference policy (β₁ = ${vStar.beta}), the policy is held to it with β₂ = ${policyBeta}.`
  const group = isGroupMethod(method) ? `, in groups of ${groupSize} completions of a prompt` : ''
  return `Method: ${method}${group}.`
}

function rowsOf(facts: ModelCardFacts): readonly (readonly [name: string, value: string])[] {
  const { run, config, step, base, licence, parameters, dtype, date } = facts
  const { source, train, validation, test } = config.data
  const data = typeof source === 'string' ? source : (source.path.split(/[\\/]/).at(-1) ?? '')
  return [
    ['Base model', marked(base)],
    ['Licence of the base model', licence === null ? 'not stated' : marked(licence)],
    ['Parameters', `${parameters.toLocaleString('en-US')}, ${dtype}`],
    [
      'Data',
      `${marked(data)}: ${train} training, ${validation} validation and ${test} test problems asked for`,
    ],
    ['Run', `${marked(run.runId)}, step ${step} of ${run.totalSteps}`],
    ['Config hash', marked(run.configHash)],
    ['Exported', date],
  ]
}

/** Of the test split where it was evaluated, else of the validation split. */
function measured({ evaluations, step }: ModelCardFacts): readonly string[] {
  const split = evaluations.some((each) => each.split === 'test') ? 'test' : 'validation'
  const ofSplit = evaluations.filter((each) => each.split === split)
  const before = ofSplit[0]
  const after = ofSplit.filter((each) => each.step <= step).at(-1)
  if (before === undefined || after === undefined)
    return ['No evaluation of this run is stored at or before this step.']
  const names = Object.keys(after.proportions)
  return [
    `${split === 'test' ? 'Held-out test' : 'Validation'} problems (${after.problems}, ${after.samples} rollouts each); in brackets 95 % Wilson intervals, with ` +
      'successes of trials.',
    '',
    `| | before (step ${before.step}) | after (step ${after.step}) |`,
    '|---|---|---|',
    ...names.map(
      (name) =>
        `| ${labelOf(name)} | ${shareText(before.proportions[name])} | ${shareText(after.proportions[name])} |`,
    ),
  ]
}

function labelOf(name: string): string {
  const entry = metricTable.find((each) => each.name === name)
  return entry?.label ?? marked(name)
}

function shareText(share: Proportion | undefined): string {
  if (share === undefined || share.value === null || share.low === null || share.high === null) return '–'
  return `${share.value.toFixed(3)} [${share.low.toFixed(3)}, ${share.high.toFixed(3)}], ${share.successes} of ${share.trials}`
}

/** A text of somebody else's as code, so that it is never read as markup. */
function marked(text: string): string {
  return `\`${plainLine(text).replaceAll(/[`|]/g, ' ')}\``
}
