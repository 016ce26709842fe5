/** Numbers, sizes and times as every shell writes them. A missing value is a dash, never 0. */
export const missing = '–'

const counts = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** 214,000 */
export function formatCount(value: number): string {
  return counts.format(value)
}

/** Four significant digits; very large and very small ones as powers of ten. */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return missing
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return formatSigned(value)
  const size = Math.abs(value)
  if (size >= 1e6 || size < 1e-3) return value.toExponential(2).replace('e+', 'e').replaceAll('-', '−')
  return String(Number(value.toPrecision(4))).replace('-', '−')
}

function formatSigned(value: number): string {
  return (value < 0 ? '−' : '') + formatCount(Math.abs(value))
}

/** A share of 1 with three decimals: 0.612 */
export function formatShare(value: number | null | undefined): string {
  return value === null || value === undefined || Number.isNaN(value) ? missing : value.toFixed(3)
}

/** A difference of two shares with its sign: +0.027, −0.004. */
export function formatDifference(value: number): string {
  const digits = Math.abs(value).toFixed(3)
  return Number(digits) === 0 ? digits : `${value < 0 ? '−' : '+'}${digits}`
}

/** Two units at most: 45 s, 3 min 05 s, 2 h 10 min, 4 d 3 h. */
export function formatDuration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return missing
  const seconds = Math.max(0, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, '0')} s`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** How long ago, in its largest unit. */
export function formatAge(thenMs: number | null, nowMs: number): string {
  if (thenMs === null) return missing
  const minutes = Math.floor(Math.abs(nowMs - thenMs) / 60_000)
  // a moment ahead of this clock: that of a server may differ a little, or it was set back since
  if (thenMs > nowMs) return minutes < skewMinutes ? 'just now' : `in ${largestUnit(minutes)}`
  return minutes < 1 ? 'just now' : `${largestUnit(minutes)} ago`
}

/** Clocks of two machines that differ by less are taken for the same. */
const skewMinutes = 10

function largestUnit(minutes: number): string {
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** 12.6 MiB: powers of 1024. */
export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return missing
  const power = Math.min(byteUnits.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)))
  const value = bytes / 1024 ** power
  return `${value >= 100 || power === 0 ? Math.round(value) : value.toFixed(1)} ${byteUnits[power] ?? 'B'}`
}

/** 2026-11-22 16:05:09, in the reader's time zone. */
export function formatTime(ms: number | null): string {
  if (ms === null) return missing
  const date = new Date(ms)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** A config value as text for a cell. */
export function formatValue(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'string') return value === '' ? '(empty)' : value
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
