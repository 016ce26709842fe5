import { world } from './doubleWorld.ts'

type PermissionHandler = (page: unknown, permission: string, answer: (granted: boolean) => void) => void

export class DoubleSession {
  readonly handlers = new Map<string, (request: Request) => Promise<Response>>()
  permissionHandler: PermissionHandler | null = null
  permissionCheck: (() => boolean) | null = null
  readonly protocol = {
    handle: (scheme: string, handler: (request: Request) => Promise<Response>): void => {
      this.handlers.set(scheme, handler)
    },
  }
  setPermissionRequestHandler(handler: PermissionHandler): void {
    this.permissionHandler = handler
  }
  setPermissionCheckHandler(handler: () => boolean): void {
    this.permissionCheck = handler
  }
  async fetch(address: string): Promise<Response> {
    const handler = this.handlers.get(new URL(address).protocol.slice(0, -1))
    if (handler === undefined) throw new Error(`ERR_UNKNOWN_URL_SCHEME (-302) loading '${address}'`)
    return handler({ url: address } as Request)
  }
}

const sessions = new Map<string, DoubleSession>()
export const session = {
  fromPartition(name: string): DoubleSession {
    const found = sessions.get(name) ?? new DoubleSession()
    sessions.set(name, found)
    return found
  },
}

export const protocol = {
  registerSchemesAsPrivileged(schemes: readonly { scheme: string }[]): void {
    world.schemes.push(...schemes.map(({ scheme }) => scheme))
  },
}
