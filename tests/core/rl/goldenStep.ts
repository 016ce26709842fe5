import { readFileSync } from 'node:fs'
import type { TurnWithAdvantage } from '../../../src/core/rl/turnAdvantages.ts'
import type { TurnKind } from '../../../src/core/rollout/rollout.ts'

/**
 * tests/fixtures/golden/rl-step as the code's own types; where it comes from stands in ../golden/README.md.
 */

interface GoldenTurn {
  readonly kind: TurnKind
  readonly start: number
  readonly end: number
  readonly reward: number
  readonly vStar: number
}

interface GoldenExpected {
  readonly rollouts: readonly { readonly ids: readonly number[]; readonly turns: readonly GoldenTurn[] }[]
  readonly scalars: Readonly<Record<string, { readonly loss: number; readonly grad_norm: number }>> & {
    readonly rho: readonly number[]
  }
  readonly advantage: readonly number[]
  readonly whitened: readonly number[]
}

const folder = new URL('../../fixtures/golden/rl-step/', import.meta.url)

export const golden = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8')) as GoldenExpected

/** One F32 tensor of expected.safetensors: 8 bytes of header length, JSON header, data. */
export function goldenTensor(name: string): {
  readonly shape: readonly number[]
  readonly values: Float32Array
} {
  const bytes = readFileSync(new URL('expected.safetensors', folder))
  const headerLength = Number(bytes.readBigUInt64LE(0))
  const header = JSON.parse(bytes.subarray(8, 8 + headerLength).toString('utf8')) as Record<
    string,
    { shape: number[]; data_offsets: [number, number] }
  >
  const entry = header[name]
  if (entry === undefined) throw new RangeError(`goldenTensor: no tensor ${name}`)
  const [from, to] = entry.data_offsets
  const data = bytes.subarray(8 + headerLength + from, 8 + headerLength + to)
  return { shape: entry.shape, values: new Float32Array(new Uint8Array(data).buffer) }
}

/** Row b of a [4, 23] log-prob table, cut to the row's own length. */
export function goldenRow(name: string, rollout: number): Float32Array {
  const length = (golden.rollouts[rollout]?.ids.length ?? 0) - 1
  return goldenTensor(name).values.slice(rollout * 23, rollout * 23 + length)
}

/** The golden turns of one rollout, as the trainer sees them, with the given advantages. */
export function goldenTurns(rollout: number, advantages: readonly number[]): TurnWithAdvantage[] {
  const row = golden.rollouts[rollout]
  if (row === undefined) throw new RangeError(`goldenTurns: no rollout ${rollout}`)
  const before = golden.rollouts.slice(0, rollout).reduce((sum, each) => sum + each.turns.length, 0)
  const sampling = goldenRow('old_log_probs', rollout)
  return row.turns.map((turn, index) => ({
    kind: turn.kind,
    promptIds: row.ids.slice(0, turn.start),
    completionIds: row.ids.slice(turn.start, turn.end),
    samplingLogProbs: [...sampling.slice(turn.start - 1, turn.end - 1)],
    finishReason: 'stop',
    text: '',
    answer: null,
    isCorrect: turn.reward > 0,
    reward: turn.reward,
    turnBaseline: turn.vStar,
    rawAdvantage: turn.reward - turn.vStar,
    advantage: advantages[before + index] ?? NaN,
    logRatio: null,
  }))
}
