// Stands where `electron` is imported: a double of the modules that the window shell uses. It shows that the
// real bundles start, talk and end as they should; it does not show that Electron itself runs them.
export { app } from './doubleApp.ts'
export {
  dialog,
  Menu,
  nativeImage,
  Notification,
  powerSaveBlocker,
  screen,
  shell,
  Tray,
} from './doubleDesktop.ts'
export { protocol, session } from './doubleSession.ts'
export { BrowserWindow, ipcMain } from './doubleWindow.ts'
