import { Menu, type MenuItemConstructorOptions } from 'electron'

export interface MenuActions {
  readonly connect: () => void
  /** Back to this computer's own runs. */
  readonly disconnect: () => void
  /** Shows a place of the page, for example `#/runs`. */
  readonly show: (fragment: string) => void
  readonly close: () => void
}

/**
 * The native menu. Accelerators avoid the page's own keys (Ctrl+K and the single letters of its keyboard
 * map).
 */
export function menuTemplate(actions: MenuActions, isConnected: boolean): MenuItemConstructorOptions[] {
  return [
    {
      label: '&File',
      submenu: [
        { label: '&New run', accelerator: 'CmdOrCtrl+N', click: () => actions.show('#/new') },
        { type: 'separator' },
        { label: '&Connect…', accelerator: 'CmdOrCtrl+Shift+O', click: actions.connect },
        { label: 'Back to &this computer', enabled: isConnected, click: actions.disconnect },
        { type: 'separator' },
        { label: '&Quit', accelerator: 'CmdOrCtrl+Q', click: actions.close },
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        { label: 'All &runs', accelerator: 'CmdOrCtrl+1', click: () => actions.show('#/runs') },
        { type: 'separator' },
        { role: 'reload' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        { role: 'toggleDevTools' },
      ],
    },
    { role: 'windowMenu' },
  ]
}

export function setAppMenu(actions: MenuActions, isConnected: boolean): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(actions, isConnected)))
}
