import type { StoreEvent } from '../../../shared/routes/contract.ts'
import { noticeOf } from '../../../shared/runs/runNotice.ts'
import type { PageApi } from '../data/api.ts'
import { targetAddress } from '../data/routeTarget.ts'

/** `blocked`: the browser was told not to show any; `absent`: it has none, or not on this address. */
export type NoticePermission = 'granted' | 'blocked' | 'unasked' | 'absent'

export function noticePermission(page: Window): NoticePermission {
  if (!('Notification' in page)) return 'absent'
  switch (Notification.permission) {
    case 'granted':
      return 'granted'
    case 'denied':
      return 'blocked'
    case 'default':
      return 'unasked'
  }
}

/**
 * The browser's own notification of a new alarm and of a run's end, while the page is hidden or not in front.
 * A click shows the run. Pages of one browser say the same thing once: it has the same tag.
 *
 * @returns a function that ends it
 */
export function startNotices(api: PageApi, page: Window): () => void {
  const notify = async (runId: string, body: string): Promise<void> => {
    const { name } = await api.request('run.get', { runId })
    const notice = new Notification(name === '' ? runId : name, { body, tag: `${runId} ${body}` })
    notice.onclick = () => {
      page.focus()
      page.location.hash = targetAddress({ page: 'run', runId, tab: 'plots' })
      notice.close()
    }
  }
  return api.onEvent(({ runIds, event }: StoreEvent) => {
    const [runId] = runIds ?? []
    const body = noticeOf(event)
    if (body === null || runId === undefined || page.document.hasFocus()) return
    // the run may be gone: then there is nothing to tell of it
    void notify(runId, body).catch(() => undefined)
  })
}
