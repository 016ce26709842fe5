import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { protocol, type Session } from 'electron'

const scheme = 'app'
const host = 'recheck'
export const pageAddress = `${scheme}://${host}/index.html`

/**
 * Whether an address belongs to our own page. (`URL.origin` is "null" for every scheme that Node does not
 * know.)
 */
export function isPageAddress(address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : null
  return url?.protocol === `${scheme}:` && url.host === host
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.ttf': 'font/ttf',
}
/** As `recheck serve` sends it: no inline script, nothing from elsewhere. The page talks through IPC. */
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

/**
 * @returns the file that an address names, or null when it lies outside the folder or belongs to another host
 */
export function pageFile(address: string, pageFolder: string): string | null {
  const path = isPageAddress(address) ? decodePath(new URL(address).pathname) : null
  if (path === null) return null
  const root = normalize(pageFolder) + sep
  const file = normalize(join(root, path))
  return file.startsWith(root) ? file : null
}

function decodePath(path: string): string | null {
  try {
    return decodeURIComponent(path)
  } catch {
    return null // a stray % names no file of ours
  }
}
