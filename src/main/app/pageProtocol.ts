import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { protocol, type Session } from 'electron'

const scheme = 'app'
export const pageOrigin = `${scheme}://recheck`
export const pageAddress = `${pageOrigin}/index.html`

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
}
/** The page talks through IPC only, so it may connect to nothing. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
  "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

/** Must run before the app is ready. */
export function declarePageScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/** Serves the built page from its folder and nothing beside it. */
export function servePage(session: Session, pageFolder: string): void {
  session.protocol.handle(scheme, async (request) => {
    const file = pageFile(request.url, pageFolder)
    const type = file === null ? undefined : contentTypes[extname(file)]
    if (file === null || type === undefined) return new Response('Not found', { status: 404 })
    const bytes = await readFile(file).catch(() => null)
    if (bytes === null) return new Response('Not found', { status: 404 })
    return new Response(new Uint8Array(bytes), {
      headers: {
        'content-type': type,
        'content-security-policy': contentSecurityPolicy,
        'x-content-type-options': 'nosniff',
      },
    })
  })
}

/** @returns the file that an address names, or null when it lies outside the folder or belongs to another host */
export function pageFile(address: string, pageFolder: string): string | null {
  const url = new URL(address)
  if (url.host !== 'recheck') return null
  const root = normalize(pageFolder) + sep
  const file = normalize(join(root, decodeURIComponent(url.pathname)))
  return file.startsWith(root) ? file : null
}
