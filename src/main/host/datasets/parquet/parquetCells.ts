import type { ConvertedType, LogicalType, ParquetType } from 'hyparquet'

export interface ColumnType {
  readonly physical: ParquetType | null
  /** Bytes of a FIXED_LEN_BYTE_ARRAY. */
  readonly width: number
  readonly converted: ConvertedType | null
  readonly logical: LogicalType | null
  /** Of a decimal: digits after the point. */
  readonly scale: number
}

/** A value as the page holds it. */
export type RawValue = number | bigint | boolean | Uint8Array

type Reading = 'text' | 'decimal' | 'unsigned' | 'float' | 'half' | 'plain'

/** What a column holds that is neither text nor numbers nor truth values; null where it is one of these. */
export function unreadType(type: ColumnType): string | null {
  const reading = readingOf(type)
  return typeof reading === 'string' ? null : reading.holds
}

/**
 * A cell as it would be written: numbers exactly, a float with the digits that tell it from its neighbours.
 */
export function cellOf(raw: RawValue, type: ColumnType): unknown {
  switch (readingOf(type)) {
    case 'text':
      return raw instanceof Uint8Array ? textOf(raw) : raw
    case 'decimal':
      return decimalText(
        raw instanceof Uint8Array
          ? signedInteger(raw)
          : BigInt(Number.isInteger(raw) ? (raw as number) : (raw as bigint)),
        scaleOf(type),
      )
    case 'unsigned':
      return typeof raw === 'bigint' ? BigInt.asUintN(64, raw) : Number(raw) >>> 0
    case 'float':
      return shortestFloat(Number(raw))
    case 'half':
      return raw instanceof Uint8Array ? halfFloat(raw) : raw
    default:
      return raw
  }
}

function readingOf({ physical, converted, logical }: ColumnType): Reading | { readonly holds: string } {
  switch (converted) {
    case 'UTF8':
    case 'ENUM':
      return 'text'
    case 'DECIMAL':
      return 'decimal'
    case 'UINT_8':
    case 'UINT_16':
    case 'UINT_32':
    case 'UINT_64':
      return 'unsigned'
    case 'INT_8':
    case 'INT_16':
    case 'INT_32':
    case 'INT_64':
    case null:
      return logicalReading(physical, logical)
    default:
      return { holds: holdings[converted] ?? converted }
  }
}

function logicalReading(
  physical: ParquetType | null,
  logical: LogicalType | null,
): Reading | { readonly holds: string } {
  if (logical === null) return physicalReading(physical)
  switch (logical.type) {
    case 'STRING':
    case 'ENUM':
      return 'text'
    case 'DECIMAL':
      return 'decimal'
    case 'INTEGER':
      return logical.isSigned ? 'plain' : 'unsigned'
    case 'FLOAT16':
      return 'half'
    case 'NULL':
      return physicalReading(physical)
    default:
      return { holds: holdings[logical.type] ?? logical.type }
  }
}

function physicalReading(physical: ParquetType | null): Reading | { readonly holds: string } {
  switch (physical) {
    case 'INT96':
      return { holds: 'times' }
    case 'FLOAT':
      return 'float'
    case 'BYTE_ARRAY':
    case 'FIXED_LEN_BYTE_ARRAY':
      return 'text'
    case null:
      return { holds: 'groups of values' }
    default:
      return 'plain'
  }
}

const holdings: Readonly<Record<string, string>> = {
  DATE: 'dates',
  TIME: 'times',
  TIME_MILLIS: 'times',
  TIME_MICROS: 'times',
  TIMESTAMP: 'times',
  TIMESTAMP_MILLIS: 'times',
  TIMESTAMP_MICROS: 'times',
  INTERVAL: 'spans of time',
  JSON: 'JSON documents',
  BSON: 'BSON documents',
  UUID: 'UUIDs',
  LIST: 'lists',
  MAP: 'maps',
  MAP_KEY_VALUE: 'maps',
  VARIANT: 'values of varying types',
  GEOMETRY: 'shapes',
  GEOGRAPHY: 'shapes',
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Bytes that are no UTF-8 stay bytes. */
function textOf(bytes: Uint8Array): string | Uint8Array {
  try {
    return utf8.decode(bytes)
  } catch {
    return bytes // the row is reported as one that holds bytes
  }
}

function scaleOf({ scale, logical }: ColumnType): number {
  return logical?.type === 'DECIMAL' ? logical.scale : scale
}

/** Big endian, two's complement. */
function signedInteger(bytes: Uint8Array): bigint {
  const value = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
  return BigInt.asIntN(bytes.length * 8, value)
}

/** −1234 with scale 2 is "-12.34". */
function decimalText(unscaled: bigint, scale: number): string {
  if (scale <= 0) return String(unscaled * 10n ** BigInt(-scale))
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** 0.1 as a 32-bit float is 0.10000000149…; the shortest decimal that rounds to it is 0.1. */
function shortestFloat(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const decimal = Number(value.toPrecision(digits))
    if (Math.fround(decimal) === value) return decimal
  }
  return value
}

function halfFloat(bytes: Uint8Array): number {
  const bits = (bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8)
  const sign = bits >> 15 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = (bits & 0x3ff) / 1024
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN
  return exponent === 0 ? sign * 2 ** -14 * fraction : sign * 2 ** (exponent - 15) * (1 + fraction)
}
