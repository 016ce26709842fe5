import { Notification, type BrowserWindow } from 'electron'
import type { Run } from '../../shared/runs/records.ts'
import { noticeOf } from '../../shared/runs/runNotice.ts'
import type { BackendSlot } from './backendSlot.ts'

/**
 * The system's own notification of a new alarm and of a run's end, while the window is hidden or not in
 * front. A click shows the run. A run that the user stopped says nothing: who stopped it knows.
 *
 * @param show  shows a place of the page
 * @returns a function that ends it
 */
export function notifyOfRuns(
  window: BrowserWindow,
  slot: BackendSlot,
  show: (fragment: string) => void,
): () => void {
  const shown = new Set<Notification>() // one that is collected as garbage answers no click
  const notify = async (runId: string, body: string): Promise<void> => {
    const answer = await slot.target().backend.request('run.get', { runId })
    if (!answer.ok || window.isDestroyed()) return
    const notice = new Notification({ title: (answer.data as Run).name, body })
    shown.add(notice)
    notice.on('close', () => shown.delete(notice))
    notice.on('click', () => {
      shown.delete(notice)
      if (window.isDestroyed()) return
      if (window.isMinimized()) window.restore()
      window.show()
      window.focus()
      show(`#/run/${encodeURIComponent(runId)}`)
    })
    notice.show()
  }
  return slot.subscribe(({ runIds, event }) => {
    const [runId] = runIds ?? []
    const body = noticeOf(event)
    if (body === null || runId === undefined || isInFront(window) || !Notification.isSupported()) return
    void notify(runId, body)
  })
}

function isInFront(window: BrowserWindow): boolean {
  return window.isDestroyed() || (window.isVisible() && window.isFocused())
}
