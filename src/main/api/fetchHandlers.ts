import type { OwnerHandlers } from '../../shared/routes/contract.ts'
import { checkExport, removeUnfinishedExport } from '../tools/exportCheckpoint.ts'
import type { Owner } from '../owner/owner.ts'

export type FetchRoute =
  | 'fetch.plan'
  | 'fetch.begin'
  | 'fetch.gguf'
  | 'fetch.folder'
  | 'folder.choices'
  | 'export.begin'
  | 'fetch.list'
  | 'fetch.dismiss'

/** Models and data sets on their way into the library, and models on their way out. */
export function fetchHandlers({ owner }: { readonly owner: Owner }): Pick<OwnerHandlers, FetchRoute> {
  const { fetches, library } = owner.workshop
  const { uploads } = library
  return {
    'fetch.plan': async ({ wanted }, { signal }) => fetches.plan(wanted, signal),
    'fetch.begin': async ({ wanted }) => ({ fetchId: fetches.begin(wanted) }),
    'fetch.gguf': async ({ uploadId, name }) => {
      const { path } = await uploads.whole(uploadId)
      return { fetchId: fetches.beginGguf(path, name, () => void uploads.drop(uploadId)) }
    },
    'fetch.folder': async (asked) => ({ fetchId: await fetches.beginFolder(asked) }),
    'folder.choices': async ({ typed }) => fetches.folderChoices(typed),
    'export.begin': async (asked) => {
      const material = checkExport(owner.db, owner.dataDir, asked)
      const onOver = (): void => void removeUnfinishedExport(material)
      return { fetchId: fetches.beginExport(material, material.folder, onOver) }
    },
    'fetch.list': async () => fetches.list,
    'fetch.dismiss': async ({ fetchId }) => {
      fetches.dismiss(fetchId)
      return null
    },
  }
}
