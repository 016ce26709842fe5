const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]

/** `2024-07-26` */
export const isoDate = /^\d{4}-\d{2}-\d{2}$/

type Field = (date: Date) => string

const padded =
  (width: number, value: (date: Date) => number): Field =>
  (date) =>
    String(value(date)).padStart(width, '0')

/** C's conversions in the C locale at midnight UTC, as Python's `datetime.strftime` writes them. */
const fields: Readonly<Record<string, Field>> = {
  a: (date) => (weekdays[date.getUTCDay()] ?? '').slice(0, 3),
  A: (date) => weekdays[date.getUTCDay()] ?? '',
  b: (date) => (months[date.getUTCMonth()] ?? '').slice(0, 3),
  B: (date) => months[date.getUTCMonth()] ?? '',
  d: padded(2, (date) => date.getUTCDate()),
  e: (date) => String(date.getUTCDate()).padStart(2, ' '),
  F: (date) => date.toISOString().slice(0, 10),
  H: () => '00',
  I: () => '12',
  M: () => '00',
  S: () => '00',
  f: () => '000000',
  p: () => 'AM',
  j: padded(
    3,
    (date) => 1 + Math.round((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000),
  ),
  m: padded(2, (date) => 1 + date.getUTCMonth()),
  T: () => '00:00:00',
  X: () => '00:00:00',
  R: () => '00:00',
  w: (date) => String(date.getUTCDay()),
  u: (date) => String(date.getUTCDay() || 7),
  y: padded(2, (date) => date.getUTCFullYear() % 100),
  Y: (date) => String(date.getUTCFullYear()),
  z: () => '',
  Z: () => '',
  '%': () => '%',
}

/**
 * A date as `strftime_now(format)` of a chat template writes it; `%-d` leaves out leading zeros.
 *
 * @param day  `2024-07-26`; the time of day is midnight
 * @throws Error for a conversion that is not known, because what it would write is not known either
 */
export function formatDay(day: string, format: string): string {
  const date = new Date(`${day}T00:00:00Z`)
  return format.replaceAll(/%(-?)(.?)/gsu, (conversion, flag: string, letter: string) => {
    const field = fields[letter]
    if (field === undefined)
      throw new Error(`strftime_now: the conversion ${JSON.stringify(conversion)} is not known`)
    const text = field(date)
    return flag === '' ? text : text.replace(/^[0 ]+(?=.)/, '')
  })
}
