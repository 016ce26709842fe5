/**
 * Units that may stand behind a number. Both sides drop them; where both name a unit we know, it must be the same
 * one (5 cm is not 5 m; no conversion is made). A unit never seen here is dropped without a check.
 */
const spellings: Readonly<Record<string, readonly string[]>> = {
  mm: ['mm', 'millimeter', 'millimetre'],
  cm: ['cm', 'centimeter', 'centimetre'],
  m: ['m', 'meter', 'metre'],
  km: ['km', 'kilometer', 'kilometre'],
  inch: ['in', 'inch', 'inches', 'in.'],
  foot: ['ft', 'foot', 'feet', 'ft.'],
  yard: ['yd', 'yard'],
  mile: ['mi', 'mile'],
  mg: ['mg', 'milligram'],
  g: ['g', 'gram'],
  kg: ['kg', 'kilogram', 'kilo'],
  pound: ['lb', 'pound'],
  ounce: ['oz', 'ounce'],
  ton: ['ton', 'tonne'],
  ml: ['ml', 'milliliter', 'millilitre'],
  liter: ['l', 'liter', 'litre'],
  gallon: ['gal', 'gallon'],
  second: ['s', 'sec', 'second'],
  minute: ['min', 'minute'],
  hour: ['h', 'hr', 'hour'],
  day: ['day'],
  week: ['week'],
  month: ['month'],
  year: ['yr', 'year'],
  degree: ['degree', 'deg', 'degrees'],
  radian: ['rad', 'radian'],
  dollar: ['dollar', 'usd', '$'],
  cent: ['cent', 'cents', '¢'],
  euro: ['euro', 'eur', '€'],
  'pound sterling': ['£', 'gbp'],
  mph: ['mph', 'mile per hour', 'miles per hour', 'mile/hour', 'mi/h', 'mi/hr'],
  'km/h': ['km/h', 'kph', 'kilometers per hour', 'kilometer per hour', 'km/hr'],
  'm/s': ['m/s', 'meters per second', 'meter per second'],
  am: ['am', 'a.m.', 'a.m'],
  pm: ['pm', 'p.m.', 'p.m'],
}

const canonicalUnits: ReadonlyMap<string, string> = new Map(
  Object.entries(spellings).flatMap(([unit, names]) => names.map((name) => [name, unit] as const)),
)

/** Words that carry a number: cutting them off would change the value. */
const multipliers: ReadonlyMap<string, bigint> = new Map([
  ['dozen', 12n],
  ['hundred', 100n],
  ['thousand', 1_000n],
  ['million', 1_000_000n],
  ['billion', 1_000_000_000n],
  ['trillion', 1_000_000_000_000n],
])

/** Words that change what the number means: text with one of them is never cut off as a unit. */
const meaningful = new Set(
  (
    'or and nor not no to than more less fewer least most over under above below between plus minus times mod modulo ' +
    'negative half halves third thirds quarter quarters fifth fifths sixth sixths tenth tenths twice double triple ' +
    'squared cubed root factorial point base remainder r if when for except north south east west up down left right ' +
    'clockwise counterclockwise infinity undefined odd even prime true false yes'
  ).split(' '),
)

/** Bare words (not in \text) that may be cut off; one letter only after a space: `5 m`, while `5m` is 5·m. */
const bareUnits = new Set(
  (
    'mm cm km in inch inches ft foot feet yd mile miles mg kg lb lbs oz ml hr hrs min mins sec secs degree degrees deg ' +
    'dollar dollars cent cents mph kph rad meter meters gram grams hour hours minute minutes second seconds day days ' +
    'week weeks year years unit units square sq cubic percent'
  ).split(' '),
)
const bareLetterUnits = new Set(['m', 'g', 's', 'h', 'L'])

export function isBareUnit(word: string): boolean {
  return bareUnits.has(word.toLowerCase())
}

export function isBareLetterUnit(letter: string): boolean {
  return bareLetterUnits.has(letter)
}

export type UnitReading =
  | { readonly kind: 'unit'; readonly unit: string | null }
  | { readonly kind: 'percent' }
  | { readonly kind: 'multiplier'; readonly factor: bigint }
  | { readonly kind: 'not-a-unit' }

/**
 * What the words behind a number mean.
 *
 * @param words  lower case, single spaces
 * @param power  of `cm²`: 2; 1 where none is written
 * @returns `unit: null` for a word that is dropped without a check
 */
export function readUnit(words: string, power: number): UnitReading {
  if (words === 'percent' || words === 'per cent' || words === 'percents') return { kind: 'percent' }
  const factor = multipliers.get(words)
  if (factor !== undefined && power === 1) return { kind: 'multiplier', factor }
  const unit = canonicalUnit(words, power)
  if (unit === null && words.split(/[ ,]/).some((word) => meaningful.has(word) || multipliers.has(word)))
    return { kind: 'not-a-unit' }
  return { kind: 'unit', unit }
}

function canonicalUnit(words: string, power: number): string | null {
  const shape = /^(?:(square|sq\.?|cubic|cu\.?) )?(.+?)(?: (squared|cubed)|\^\{?([23])\}?)?$/.exec(words)
  if (!shape) return null
  const [, before, name = '', after, written] = shape
  const unit = canonicalUnits.get(name) ?? canonicalUnits.get(name.replace(/s$/, ''))
  if (unit === undefined) return null
  const raised = powerWord(before) * powerWord(after) * Number(written ?? 1) * power
  return raised === 1 ? unit : `${unit}^${raised}`
}

function powerWord(word: string | undefined): number {
  if (word === undefined) return 1
  return word.startsWith('sq') ? 2 : 3
}
