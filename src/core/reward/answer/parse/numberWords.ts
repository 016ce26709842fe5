/** Words that carry a number, or change what the number before them means, in several languages. */

/** Cutting one of them off would change the value. */
const multipliers: Readonly<Record<string, bigint>> = {
  dozen: 12n,
  hundred: 100n,
  hundreds: 100n,
  thousand: 1_000n,
  thousands: 1_000n,
  million: 1_000_000n,
  millions: 1_000_000n,
  billion: 1_000_000_000n,
  billions: 1_000_000_000n,
  trillion: 1_000_000_000_000n,
  trillions: 1_000_000_000_000n,
  lakh: 100_000n,
  lakhs: 100_000n,
  lac: 100_000n,
  crore: 10_000_000n,
  crores: 10_000_000n,
  tausend: 1_000n,
  millionen: 1_000_000n,
  milliarde: 1_000_000_000n,
  milliarden: 1_000_000_000n,
  milliard: 1_000_000_000n,
  milliards: 1_000_000_000n,
  mille: 1_000n,
  millón: 1_000_000n,
  millones: 1_000_000n,
  milhão: 1_000_000n,
  milhões: 1_000_000n,
  milione: 1_000_000n,
  milioni: 1_000_000n,
  тыс: 1_000n,
  тысяча: 1_000n,
  тысячи: 1_000n,
  тысяч: 1_000n,
  млн: 1_000_000n,
  миллион: 1_000_000n,
  миллиона: 1_000_000n,
  миллионов: 1_000_000n,
  млрд: 1_000_000_000n,
  миллиард: 1_000_000_000n,
  миллиарда: 1_000_000_000n,
  миллиардов: 1_000_000_000n,
  लाख: 100_000n,
  करोड़: 10_000_000n,
}

/** Longer ones first: 万亿 is not 万. */
const eastAsianMultipliers: readonly (readonly [string, bigint])[] = [
  ['万亿', 1_000_000_000_000n],
  ['萬億', 1_000_000_000_000n],
  ['百万', 1_000_000n],
  ['千万', 10_000_000n],
  ['万', 10_000n],
  ['萬', 10_000n],
  ['亿', 100_000_000n],
  ['億', 100_000_000n],
  ['千', 1_000n],
  ['百', 100n],
  ['만', 10_000n],
  ['억', 100_000_000n],
  ['천', 1_000n],
  ['백', 100n],
]

/** Text with one of them is never cut off as a unit. */
const meaningful: ReadonlySet<string> = new Set(
  (
    'or and nor not no to than more less fewer least most over under above below between plus minus times mod modulo ' +
    'negative half halves third thirds quarter quarters fifth fifths sixth sixths tenth tenths twice double triple ' +
    'squared cubed root factorial point base remainder r if when for except north south east west up down left right ' +
    'clockwise counterclockwise infinity undefined odd even prime true false yes k bn mn tn mln mrd ' +
    'two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen ' +
    'nineteen twenty thirty forty fifty sixty seventy eighty ninety ' +
    // other languages: or, and, not, more, less, half, thousand
    'oder und nicht mehr weniger halb halbe hälfte drittel viertel dutzend billion billionen ou et non plus moins demi ' +
    'demie tiers douzaine o y e ni más menos medio media mil docena tercio não mais menos meio meia dúzia più meno ' +
    'mezzo mezza mila dozzina lub albo nie pół tysiąc tysiące tysięcy niet meer minder duizend veya bin ' +
    'или и либо не больше меньше более менее пол половина половиной плюс минус четверть треть дюжина або та'
  ).split(' '),
)

/** Or, and, half, about, at least, more, a fraction of, in scripts without spaces; a number word in front. */
const meaningfulEastAsian =
  /或|和|与|與|及|至|到|半|多|余|餘|约|約|几|幾|以上|以下|以内|大于|小于|不|未|非|左右|分之|倍之|または|もしくは|以外|程度|또는|이상|이하|미만|초과|반|약|^[一二三四五六七八九零〇十两兩]|^[成折打]$|[万萬亿億兆만억]/

/** The number that a word multiplies by; undefined for a word that is none of these. */
export function multiplierOf(word: string): bigint | undefined {
  return Object.hasOwn(multipliers, word) ? multipliers[word] : undefined
}

/** The multiplier that a word of a script without spaces begins with, and the rest of the word. */
export function multiplierAtStart(word: string): { readonly factor: bigint; readonly rest: string } | null {
  const found = eastAsianMultipliers.find(([name]) => word.startsWith(name))
  return found ? { factor: found[1], rest: word.slice(found[0].length) } : null
}

export function isMeaningful(word: string): boolean {
  return meaningful.has(word) || meaningfulEastAsian.test(word)
}
