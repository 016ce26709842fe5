import type { ReplaySampling } from '../../../shared/routes/replay.ts'

export type SamplingTexts = Readonly<Record<keyof ReplaySampling, string>>

interface SamplingField {
  readonly name: keyof ReplaySampling
  readonly label: string
  readonly meaning: string
  /** Said where the text is none. */
  readonly expected: string
  readonly accepts: (value: number) => boolean
}

const isCount = (least: number, most: number) => (value: number) =>
  Number.isInteger(value) && value >= least && value <= most

export const samplingFields: readonly SamplingField[] = [
  {
    name: 'temperature',
    label: 'Temperature',
    meaning: '0 takes the likeliest token each time; larger values draw more freely',
    expected: 'a number from 0 to 10',
    accepts: (value) => value >= 0 && value <= 10,
  },
  {
    name: 'topP',
    label: 'Top p',
    meaning: 'draws from the likeliest tokens that hold this share of the probability; 1 = from all',
    expected: 'a number above 0, at most 1',
    accepts: (value) => value > 0 && value <= 1,
  },
  {
    name: 'topK',
    label: 'Top k',
    meaning: 'draws from so many of the likeliest tokens; 0 = from all',
    expected: 'a whole number, 0 or more',
    accepts: isCount(0, 1_000_000),
  },
  {
    name: 'maxCompletionTokens',
    label: 'Tokens a turn',
    meaning:
      'a turn is cut at so many tokens; all three and the prompt have to fit into the model’s positions',
    expected: 'a whole number from 1 to 8192',
    accepts: isCount(1, 8192),
  },
  {
    name: 'seed',
    label: 'Seed',
    meaning: 'the same seed draws the same text; both policies draw with the same one',
    expected: 'a whole number, 0 or more',
    accepts: isCount(0, Number.MAX_SAFE_INTEGER),
  },
]

export const usualSampling: ReplaySampling = {
  temperature: 1,
  topP: 1,
  topK: 0,
  maxCompletionTokens: 256,
  seed: 0,
}

/** The sampling settings of a run's config; the usual ones where it has none. */
export function samplingOfConfig(config: unknown): ReplaySampling {
  const { sampling, seed } = (config ?? {}) as { sampling?: Partial<ReplaySampling>; seed?: unknown }
  const given = Object.fromEntries(
    Object.entries({ ...sampling, seed }).filter(
      ([name, value]) => name in usualSampling && typeof value === 'number',
    ),
  )
  return { ...usualSampling, ...given }
}

export function textsOf(sampling: ReplaySampling): SamplingTexts {
  return Object.fromEntries(
    Object.entries(sampling).map(([name, value]) => [name, String(value)]),
  ) as unknown as SamplingTexts
}

/** What is wrong with a field's text; null where it is as it should be. */
export function samplingProblem(field: SamplingField, text: string): string | null {
  return text.trim() !== '' && field.accepts(Number(text)) ? null : `Expected ${field.expected}`
}

/** Null while a field has a problem. */
export function parseSampling(texts: SamplingTexts): ReplaySampling | null {
  if (samplingFields.some((field) => samplingProblem(field, texts[field.name]) !== null)) return null
  const values = samplingFields.map(({ name }) => [name, Number(texts[name])])
  return Object.fromEntries(values) as unknown as ReplaySampling
}
