// What `npm start` decides: which shell to open.

/**
 * @param {{ args: readonly string[], binary: string | null, platform: string,
 *           environment: Readonly<Record<string, string | undefined>> }} machine
 * @returns {{ shell: 'window', binary: string, args: readonly string[], note: null }
 *         | { shell: 'serve' | 'none', args: readonly string[], note: string }}
 */
export function planStart({ args, binary, platform, environment }) {
  const hasDisplay = platform !== 'linux' || Boolean(environment.DISPLAY || environment.WAYLAND_DISPLAY)
  if (binary !== null && hasDisplay) return { shell: 'window', binary, args, note: null }
  const missing =
    binary === null
      ? 'Electron’s binary is missing (npx install-electron fetches it)'
      : 'There is no display to open a window on'
  if (hasLink(args)) return { shell: 'none', args, note: `${missing}; open the link in a browser instead.` }
  return { shell: 'serve', args, note: `${missing}: starting "recheck serve" instead of the window.` }
}

/**
 * A window that cannot open says so at once: no display behind DISPLAY, a sandbox that this user may not
 * have.
 */
const opensWithinMs = 10_000
/**
 * The window's own refusals, such as a data folder in use, end with this code: another shell would meet them,
 * too.
 */
const refused = 2

/**
 * @param {{ args: readonly string[], code: number, wasAsked: boolean, ranMs: number }} window how its process
 *   ended
 * @returns what to start in its place; null where it ended as it should
 */
export function planAfterWindow({ args, code, wasAsked, ranMs }) {
  if (code === 0 || code === refused || wasAsked || ranMs > opensWithinMs) return null
  const missing = `The window could not be opened (Electron ended with code ${code})`
  if (hasLink(args)) return { shell: 'none', args, note: `${missing}; open the link in a browser instead.` }
  return { shell: 'serve', args, note: `${missing}: starting "recheck serve" instead of the window.` }
}

function hasLink(args) {
  return args.some((arg) => arg === '--connect' || arg.startsWith('--connect='))
}
