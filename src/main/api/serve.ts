import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { listTokens, tokenHolder } from '../owner/accessTokens.ts'
import { assertWebhookAddress, notifyByWebhook, type WebhookSetup } from '../owner/tasks/webhook.ts'
import { startHttpServer, type HttpServer } from './httpServer.ts'
import { openOwnerBackend } from './ownerBackend.ts'
import type { Tokens } from './sessionAccess.ts'
import type { SessionClock } from './sessions.ts'

export interface ServeSetup {
  readonly dataDir: string
  /** 0 = any free port. */
  readonly port: number
  /** Folder of the built page. */
  readonly pageFolder: string
  /** The Node 24 binary that trainers run on. */
  readonly nodePath: string
  readonly clock: SessionClock
  /** Where alarms and ends of runs are posted; left out: nowhere. */
  readonly notify?: WebhookSetup
}

/**
 * Owns the data folder and serves its page on 127.0.0.1.
 *
 * @throws RecheckError `serve.no-page` before `npm run build`, `owner.busy`, `serve.port`, `usage.invalid`
 */
export async function serve({
  dataDir,
  port,
  pageFolder,
  nodePath,
  clock,
  notify,
}: ServeSetup): Promise<HttpServer> {
  if (!existsSync(join(pageFolder, 'index.html'))) {
    throw new RecheckError('serve.no-page', 'The page has not been built yet. Run: npm ci && npm run build')
  }
  if (notify !== undefined) assertWebhookAddress(notify.url)
  const backend = await openOwnerBackend({
    dataDir,
    shell: 'browser',
    address: `recheck serve, port ${port === 0 ? 'any' : port}`,
    nodePath,
    nowMs: clock.nowMs,
  })
  const { handlers, subscribe, owner, startWaiting, close } = backend
  try {
    const tokens: Tokens = {
      holderOf: (offered) => tokenHolder(dataDir, offered),
      names: () => listTokens(dataDir).map(({ name }) => name),
    }
    const server = await startHttpServer({ handlers, subscribe, pageFolder, port, clock, tokens })
    owner.announce(`http://127.0.0.1:${server.port}/`, server.newLink)
    const endNotices = notify === undefined ? null : notifyByWebhook(owner, notify)
    startWaiting() // not before it listens: a port in use must take no run out of the queue
    return {
      port: server.port,
      newLink: server.newLink,
      // runs first: no client may keep them going, or their folder taken, and pages still see them stop
      close: () =>
        close().finally(() => {
          endNotices?.()
          return server.close()
        }),
    }
  } catch (thrown) {
    await owner.close('now')
    throw thrown
  }
}
