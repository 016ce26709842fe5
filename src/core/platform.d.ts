/** All that the core may use of the platform beside the language itself. */
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean })
  decode(bytes?: Uint8Array, options?: { stream?: boolean }): string
}
/** What a request is given up with (src/shared/routes); the core itself takes a `StopSignal`. */
interface AbortSignal {
  readonly aborted: boolean
}
