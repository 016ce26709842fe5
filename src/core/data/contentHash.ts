const OFFSET_BASIS = 0xcbf29ce484222325n
const PRIME = 0x100000001b3n
const MASK = 0xffffffffffffffffn

/**
 * 64-bit FNV-1a of the text's UTF-8 bytes, as 16 hexadecimal digits. Tells versions of small data apart; it
 * is no defence against anyone who looks for a collision. Source: Fowler, Noll, Vo; draft-eastlake-fnv.
 */
export function contentHash(text: string): string {
  let hash = OFFSET_BASIS
  for (const byte of new TextEncoder().encode(text)) hash = ((hash ^ BigInt(byte)) * PRIME) & MASK
  return hash.toString(16).padStart(16, '0')
}
