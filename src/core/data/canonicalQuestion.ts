/**
 * A question without what does not change it: case, spaces (TeX's too), dollar signs, a final full stop. Two
 * questions with the same canonical text are the same problem, so that no copy of a test problem is trained
 * on.
 */
export function canonicalQuestion(question: string): string {
  return question
    .replace(/[\u00b2\u00b3\u00b9\u2070-\u207f]+/g, '^$&') // NFKC makes 2² and 22 alike
    .replace(/[\u00bc-\u00be\u2150-\u215f]/g, ' $&')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\\[,;:! ]|\\(?:left|right|quad|qquad)(?![a-z])/g, ' ')
    .replace(/\\[dt]frac(?![a-z])/g, '\\frac')
    .replace(/[$~]/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/ ?([^\p{L}\p{N}]) ?/gu, '$1')
    .replace(/[\s.?]+$/u, '') // not "!": 5! is a number
    .trim()
}

/**
 * 53-bit hash of a text (two lanes of multiply and xor, mixed by MurmurHash3's finaliser), for sets that must
 * not keep the texts. Two of a million texts collide with probability 6 · 10⁻⁵.
 */
export function textHash(text: string, seed = 0): number {
  let low = 0x9747b28c ^ seed
  let high = 0x85ebca6b ^ seed
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    low = Math.imul(low ^ code, 0x9e3779b1)
    high = Math.imul(high ^ code, 0x5f356495)
  }
  const mixedLow = mix(low ^ (high >>> 13))
  const mixedHigh = mix(high ^ (low >>> 11))
  return (mixedHigh & 0x1fffff) * 4294967296 + mixedLow
}

function mix(word: number): number {
  let mixed = word ^ (word >>> 16)
  mixed = Math.imul(mixed, 0x85ebca6b)
  mixed ^= mixed >>> 13
  mixed = Math.imul(mixed, 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
