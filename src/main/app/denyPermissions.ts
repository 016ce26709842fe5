import type { Session } from 'electron'

/** Electron grants a page whatever it asks for unless it is told otherwise. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_page, _permission, answer) => answer(false))
  session.setPermissionCheckHandler(() => false)
}
