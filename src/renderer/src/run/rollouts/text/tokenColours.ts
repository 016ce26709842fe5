import type { StoredTurn, TurnTokens } from '../../../../../shared/runs/records.ts'
import { formatNumber, missing } from '../../../../../shared/text/format.ts'

/** What the tokens of a text are coloured by; `none`: the text as it is. */
export const tokenColours = ['none', 'logProb', 'logRatio', 'advantage'] as const
export type TokenColour = (typeof tokenColours)[number]

export const tokenColourLabels: Readonly<Record<TokenColour, string>> = {
  none: 'Plain',
  logProb: 'Log-prob',
  logRatio: 'Log-ratio',
  advantage: 'Advantage',
}

export const tokenColourMeanings: Readonly<Record<Exclude<TokenColour, 'none'>, string>> = {
  logProb: 'ln π of each token under the policy that sampled it, nats: the darker, the less likely it was',
  logRatio: 'ln π − ln π_ref of each token, nats; over a turn they add up to ρ',
  advantage: 'of the turn, after normalising: every token of a turn has the same',
}

/** Steps of a scale on each of its sides. */
export const levels = 4

/** Nats, or units of advantage, from which on a colour is the strongest. */
const strongest: Readonly<Record<Exclude<TokenColour, 'none'>, number>> = {
  logProb: 4,
  logRatio: 1,
  advantage: 2,
}

/** The two ends of a scale, as a legend names them. */
export function scaleEnds(colour: Exclude<TokenColour, 'none'>): readonly [string, string] {
  const most = strongest[colour]
  return colour === 'logProb' ? ['0', `−${most} and less`] : [`−${most} and less`, `+${most} and more`]
}

/**
 * A step of the scale: 0 = no colour, positive ones are the first hue, negative ones the second. A log-prob
 * has one hue only: how unlikely.
 */
export function levelOf(colour: Exclude<TokenColour, 'none'>, value: number | null): number {
  if (value === null || !Number.isFinite(value)) return 0
  const signed = colour === 'logProb' ? -value : value
  const level = Math.min(levels, Math.round((Math.abs(signed) / strongest[colour]) * levels))
  return Math.sign(signed) * level + 0
}

/** How much of the scale's full colour each step has. */
const strengths = [0, 22, 45, 70, 100]

/**
 * The background of a step. Blue and orange differ for every kind of colour blindness, and each step differs
 * in lightness, too.
 */
export function levelBackground(level: number): string {
  const hue = level < 0 ? 'var(--token-down)' : 'var(--token-up)'
  return `color-mix(in srgb, ${hue} ${strengths[Math.abs(level)] ?? 100}%, transparent)`
}

/** A token as it is shown: a piece of the text with its values. */
export interface ShownToken {
  readonly text: string
  readonly level: number
  /** All values in words, for a pointer, a keyboard and a screen reader. */
  readonly words: string
}

export interface ShownTokens {
  readonly tokens: readonly ShownToken[]
  /** What is not coloured: behind the last token whose values are kept. */
  readonly rest: string
}

/**
 * The text of a turn piece by piece. Where the values of its tokens were not kept it is one piece with the
 * turn's own: its advantage, or ρ over its tokens.
 *
 * @returns null where there is nothing to colour by
 */
export function shownTokens(turn: StoredTurn, colour: Exclude<TokenColour, 'none'>): ShownTokens | null {
  const { perToken, completionText: text } = turn
  if (perToken !== undefined && perToken.ends.length > 0) {
    const tokens = perToken.ends.map((end, index) => {
      const values = valuesAt(turn, perToken, index)
      return {
        text: text.slice(perToken.ends[index - 1] ?? 0, end),
        level: levelOf(colour, values[colour]),
        words: wordsOf(`Token ${index + 1} of ${turn.tokens}`, values),
      }
    })
    return { tokens, rest: text.slice(perToken.ends.at(-1)) }
  }
  const { advantage, logRatio: sum } = turn
  const logRatio = sum === null || turn.tokens === 0 ? null : sum / turn.tokens
  const values = { logProb: null, referenceLogProb: null, logRatio, advantage }
  if (values[colour] === null) return null
  const words = `Whole turn: log-ratio ${formatNumber(logRatio)} a token, advantage ${formatNumber(advantage)}`
  return { tokens: [{ text, level: levelOf(colour, values[colour]), words }], rest: '' }
}

interface TokenValues {
  readonly logProb: number | null
  readonly referenceLogProb: number | null
  readonly logRatio: number | null
  readonly advantage: number | null
}

function valuesAt({ advantage }: StoredTurn, perToken: TurnTokens, index: number): TokenValues {
  const logProb = perToken.logProbs[index] ?? null
  const referenceLogProb = perToken.referenceLogProbs?.[index] ?? null
  const logRatio = logProb === null || referenceLogProb === null ? null : logProb - referenceLogProb
  return { logProb, referenceLogProb, logRatio, advantage }
}

function wordsOf(place: string, { logProb, referenceLogProb, logRatio, advantage }: TokenValues): string {
  const chance = logProb === null ? missing : `${formatNumber(100 * Math.exp(logProb))} %`
  return [
    `${place}: ln π ${formatNumber(logProb)} (${chance})`,
    `ln π_ref ${formatNumber(referenceLogProb)}`,
    `log-ratio ${formatNumber(rounded(logRatio))}`,
    `advantage ${formatNumber(advantage)}`,
  ].join(' · ')
}

/** What was kept has four decimals; so has a difference. */
function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1e4) / 1e4
}

export function parseTokenColour(stored: unknown): TokenColour | null {
  return tokenColours.find((colour) => colour === stored) ?? null
}
