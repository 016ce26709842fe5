/** Shorter names fit wherever names stand. */
const shortest = 32
/** Letters of the end that are not given up; about `· seed 4294967295`. */
const tailLength = 18

/**
 * The part of a name that may be cut and the end that stays; null for a name that is not long enough to be
 * cut.
 */
export function middleCutParts(text: string): { readonly head: string; readonly tail: string } | null {
  const characters = [...text]
  if (characters.length < shortest) return null
  return {
    head: characters.slice(0, -tailLength).join(''),
    tail: characters.slice(-tailLength).join(''),
  }
}
