import { z } from 'zod'

/** Patterns in use have some hundred characters. */
const longest = 10_000

/** A text, or a regular expression of Oniguruma. */
export const pattern = z.union(
  [
    z.strictObject({ String: z.string().min(1).max(longest) }),
    z.strictObject({ Regex: z.string().min(1).max(longest) }),
  ],
  { error: 'expected {"String": …} or {"Regex": …}' },
)
export type Pattern = z.infer<typeof pattern>

export function regexOf(by: Pattern): string {
  return 'Regex' in by ? by.Regex : by.String.replaceAll(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`)
}

/** true where the expression has groups whose text JavaScript's `split` would give back. */
export function matched(regex: string): boolean {
  return /(?:^|[^\\])(?:\\\\)*\((?!\?)/.test(regex)
}

/** true where the expression can take more time than the square of a text's length. */
export function mayTakeLong(by: Pattern): boolean {
  return 'Regex' in by && /[*+?{]/.test(by.Regex)
}
