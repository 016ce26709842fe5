import { vStarTurns, type VStarTurn } from '../../../../shared/runs/vStarTurns.ts'

/** What the V* tab shows; kept in the address. */
export interface VStarView {
  readonly turn: VStarTurn
  /** The chosen bin of the histogram; null = all problems. Both ends equal: V* is just that. */
  readonly bin: { readonly low: number; readonly high: number } | null
  readonly search: string
  /** From 1. */
  readonly page: number
  /** Id of the problem whose samples are shown; null = of none. */
  readonly problem: string | null
}

export const turnNames: Readonly<Record<VStarTurn, string>> = {
  attempt: 'Attempt',
  'verdict-after-correct': 'Verdict after a correct attempt',
  'verdict-after-wrong': 'Verdict after a wrong attempt',
  'revision-after-correct': 'Revision after a correct attempt',
  'revision-after-wrong': 'Revision after a wrong attempt',
}

export function viewOf(query: string): VStarView {
  const search = new URLSearchParams(query)
  const low = numberIn(search.get('from'))
  const high = numberIn(search.get('to'))
  const page = Number(search.get('page') ?? 1)
  return {
    turn: vStarTurns.find((each) => each === search.get('turn')) ?? 'attempt',
    bin: low === null || high === null ? null : { low, high },
    search: (search.get('search') ?? '').slice(0, 200),
    page: Number.isInteger(page) && page > 0 ? page : 1,
    problem: search.get('problem')?.slice(0, 200) ?? null,
  }
}

export function viewAddress({ turn, bin, search, page, problem }: VStarView): string {
  return new URLSearchParams([
    ...(turn === 'attempt' ? [] : [['turn', turn]]),
    ...(bin === null
      ? []
      : [
          ['from', String(bin.low)],
          ['to', String(bin.high)],
        ]),
    ...(search === '' ? [] : [['search', search]]),
    ...(page === 1 ? [] : [['page', String(page)]]),
    ...(problem === null ? [] : [['problem', problem]]),
  ]).toString()
}

function numberIn(text: string | null): number | null {
  const number = text === null || text === '' ? NaN : Number(text)
  return number >= 0 && number <= 1 ? number : null
}

/** `0`, `1`, or `0.25 to 0.3`. */
export function binText({ low, high }: { readonly low: number; readonly high: number }): string {
  return low === high ? String(low) : `${low} to ${high}`
}
