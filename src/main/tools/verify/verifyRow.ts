/** One compared quantity. It passes where `difference` ≤ `limit`; NaN never passes. */
export interface VerifyRow {
  readonly engine: string
  readonly quantity: string
  /** Largest absolute difference, in the quantity's own unit (for ids: how many differ). */
  readonly difference: number
  readonly limit: number
  readonly passed: boolean
}

export function verifyRow(
  engine: string,
  quantity: string,
  { difference, limit }: { readonly difference: number; readonly limit: number },
): VerifyRow {
  return { engine, quantity, difference, limit, passed: difference <= limit }
}
