import { BrowserWindow, dialog, session } from 'electron'
import { errorData } from '../../shared/errors/recheckError.ts'
import { denyPermissions } from './denyPermissions.ts'

const formAddress = 'app://connect/'

/**
 * A small form without a single script: sending it is a navigation, which main reads and refuses.
 * The colours follow the system's own choice of dark or light.
 */
const formPage = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Connect</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; form-action app:">
<style>
:root { color-scheme: light dark }
body { font: 14px/1.45 system-ui, sans-serif; margin: 20px; background: Canvas; color: CanvasText }
label { display: block; font-weight: 600; margin-bottom: 6px }
input { box-sizing: border-box; width: 100%; padding: 8px; font: inherit }
code { font-size: 13px }
p { margin: 10px 0 16px }
div { display: flex; gap: 8px; justify-content: flex-end }
button { font: inherit; padding: 6px 16px }
</style></head><body><form action="${formAddress}">
<label for="link">Link that “recheck serve” printed</label>
<input id="link" name="link" required autofocus autocomplete="off" spellcheck="false"
 placeholder="http://127.0.0.1:7860/#token=…">
<p>For another machine, open a tunnel first: <code>ssh -L 7860:127.0.0.1:7860 HOST</code></p>
<div><button name="do" value="connect">Connect</button>
<button name="do" value="cancel" formnovalidate>Cancel</button></div>
</form></body></html>`

/** Asks for a link until `connect` accepts it or the form is closed; a refusal is shown and may be mended. */
export function openConnectForm(parent: BrowserWindow, connect: (link: string) => Promise<void>): void {
  const formSession = session.fromPartition('connect') // in memory alone
  denyPermissions(formSession)
  const form = new BrowserWindow({
    parent,
    modal: true,
    show: false,
    title: 'Connect',
    width: 560,
    height: 230,
    resizable: false,
    minimizable: false,
    maximizable: false,
    webPreferences: {
      session: formSession,
      javascript: false,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
    },
  })
  form.removeMenu()
  const page = form.webContents
  page.setWindowOpenHandler(() => ({ action: 'deny' }))
  page.on('before-input-event', (_event, input) => {
    if (input.type === 'keyDown' && input.key === 'Escape') form.close()
  })
  page.on('will-navigate', (event) => {
    event.preventDefault()
    const sent = readForm(event.url)
    if (sent === 'cancel') form.close()
    else if (sent !== null) void tryLink(form, sent.link, connect)
  })
  page.on('will-redirect', (event) => event.preventDefault()) // nothing is ever loaded but the form itself
  form.once('ready-to-show', () => form.show())
  void form.loadURL(`data:text/html;charset=utf-8,${encodeURIComponent(formPage)}`)
}

async function tryLink(
  form: BrowserWindow,
  link: string,
  connect: (link: string) => Promise<void>,
): Promise<void> {
  try {
    await connect(link)
    if (!form.isDestroyed()) form.close()
  } catch (thrown) {
    if (form.isDestroyed()) return
    await dialog.showMessageBox(form, {
      type: 'error',
      message: 'Not connected',
      detail: errorData(thrown).message,
    })
  }
}

/** What the form sent, or null for any other address. */
export function readForm(address: string): { readonly link: string } | 'cancel' | null {
  if (!address.startsWith(`${formAddress}?`)) return null
  const sent = new URL(address).searchParams
  if (sent.get('do') === 'cancel') return 'cancel'
  const link = sent.get('link')?.trim() ?? ''
  return link === '' ? null : { link }
}
