import { allConfigFields } from './fields.ts'
import type { ConfigField } from './fields.ts'
import { metrics, plots } from '../metrics/metrics.ts'
import { presets } from './presets.ts'

/** docs/config.md, from the schema: `node scripts/docs/writeReference.ts` writes it, a test compares. */
export function configReference(): string {
  return [
    '# The run config',
    '',
    'Every field, generated from `src/shared/config/schema.ts`. JSON or YAML; a dot is a nested group; unknown keys are errors.',
    '**h**: part of the hash of a V\\* estimate, which a change of it makes unusable.',
    '',
    '| field | values | default | unit | meaning | h |',
    '|---|---|---|---|---|---|',
    ...allConfigFields.map(fieldRow),
    '',
    'Not there yet, and refused by whatever trains or samples: `model.baseWeights` other than `f32` for an adapter with a warm-up.',
    '',
    '## Presets',
    '',
    '| preset | what it is | differs from the defaults in |',
    '|---|---|---|',
    ...presets.map(
      (preset) =>
        `| \`${preset.name}\` | ${escape(preset.description)} | \`${escape(JSON.stringify(preset.config))}\` |`,
    ),
    '',
  ].join('\n')
}

/** docs/metrics.md, from the registry. */
export function metricReference(): string {
  const own = metrics.filter((metric) => !/^(validation|test)\//.test(metric.name))
  const held = metrics.filter((metric) => metric.name.startsWith('validation/')).length
  return [
    '# Metrics',
    '',
    'Every quantity a run reports, generated from `src/shared/metrics/table.ts`. Shares are numbers from 0 to 1; what is 0/0 is',
    `absent. ${held} of them (accuracy, verifier, revision, turns) are also reported as \`validation/…\` and \`test/…\`.`,
    '',
    '| name | label | unit | of what | better | meaning |',
    '|---|---|---|---|---|---|',
    ...own.map(
      ({ name, label, unit, denominator, better, meaning }) =>
        `| \`${name}\` | ${escape(label)} | ${unit ?? ''} | ${denominator ?? ''} | ${better === 'neither' ? '' : better} | ${escape(meaning)} |`,
    ),
    '',
    '## The main plots',
    '',
    ...plots.map(
      ({ title, series, note }) => `- **${title}**: ${series.map((each) => each.label).join(' · ')}. ${note}`,
    ),
    '',
    ...alarmRule,
  ].join('\n')
}

/** `src/core/train/alarms/alarms.ts` in words. */
const alarmRule = [
  '## Alarms',
  '',
  'Thresholds: `alarms.…` in [config.md](config.md). Each is an entry in the run’s log, with its step and with advice for',
  'that run’s own config: nothing that is set already.',
  '',
  '- **Raised** by the first bad step. Recalls, KL, entropy and growth of length are bad when the value is beyond its',
  '  threshold; change ratio, unparsed and truncated shares when the whole 95 % Wilson interval is; groups without spread when',
  '  it is over the last 20 steps; a stale V* when the whole interval of the class’s share over the last 20 steps is farther',
  '  from stage 1’s share than the threshold. Fewer than 8 cases say nothing.',
  '- **The change ratio is that of wrong attempts** (`revision/changeRatioWrong`): a revision that keeps a correct answer is no',
  '  collapse. See [method.md](method.md).',
  '- **One alarm while it lasts**: it has passed after 20 good steps without a bad one among them, which is an entry of its',
  '  own, and is raised again only then. Good is a value back by a tenth of the threshold (KL 0.45 of 0.5); what lies between',
  '  counts neither way. On a run that is over, alarms are history: one line above its plots, with their steps.',
  '',
]

function fieldRow(field: ConfigField): string {
  const shown = field.defaultValue === undefined ? '–' : `\`${JSON.stringify(field.defaultValue)}\``
  const cells = [
    `\`${field.path}\``,
    valuesOf(field),
    shown,
    field.unit ?? '',
    field.description,
    field.isVStarInput ? 'h' : '',
  ]
  return `| ${cells.map(escape).join(' | ')} |`
}

function valuesOf(field: ConfigField): string {
  const names = field.choices.map((choice) => `\`${choice}\``)
  const kind = field.kind === 'choice' || field.kind === 'switch' ? [] : [field.kind + rangeOf(field)]
  const onOff = field.kind === 'switch' ? ['`true`', '`false`'] : []
  return [...kind, ...onOff, ...names, ...(field.nullable ? ['null'] : [])].join(', ')
}

function rangeOf({ min: least, max: most }: ConfigField): string {
  if (least !== null && most !== null) return ` ${least} … ${most}`
  if (least !== null) return ` from ${least}`
  return most === null ? '' : ` up to ${most}`
}

/** A bar would end the cell. */
function escape(text: string): string {
  return text.replaceAll('|', '\\|')
}
