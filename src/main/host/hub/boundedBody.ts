import { RecheckError } from '../../../shared/errors/recheckError.ts'

/**
 * The pieces of a body as they come.
 *
 * @param silentForMs  the longest wait for the next piece
 * @throws Error of the connection where it is cut or falls silent
 */
export async function* bodyPieces(response: Response, silentForMs: number): AsyncGenerator<Uint8Array> {
  if (response.body === null) return
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  try {
    for (;;) {
      const { done, value } = await withinSilence(reader.read(), silentForMs)
      if (done) return
      yield value
    }
  } finally {
    void reader.cancel().catch(() => undefined) // what is left of it is not wanted; it may have failed already
  }
}

function withinSilence<T>(reading: Promise<T>, silentForMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('nothing more came')), silentForMs)
    void reading.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** @throws RecheckError `hub.too-large` for a body of more bytes */
export async function readAtMost(
  response: Response,
  most: number,
  silentForMs: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of bodyPieces(response, silentForMs)) {
    bytes += piece.length
    if (bytes > most) {
      const host = new URL(response.url).host
      throw new RecheckError(
        'hub.too-large',
        `${host} answered with more than ${most} bytes where a list was asked for.`,
      )
    }
    pieces.push(piece)
  }
  return new Uint8Array(Buffer.concat(pieces))
}
