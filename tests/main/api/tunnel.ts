import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** The near end of something like an SSH tunnel to a port of this machine. */
export interface Tunnel {
  readonly port: number
  /** Every connection through it breaks; the next one goes through again. */
  cut(): void
  close(): Promise<void>
}

export async function openTunnel(farPort: number): Promise<Tunnel> {
  const ends = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(farPort, '127.0.0.1')
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(one)
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        ends.delete(one)
        other.destroy()
      })
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = (): void => ends.forEach((end) => end.destroy())
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      cut()
      await closed
    },
  }
}

/** The same link with the tunnel's port. */
export function through(tunnel: Tunnel, link: string): string {
  const url = new URL(link)
  url.port = String(tunnel.port)
  return url.href
}
