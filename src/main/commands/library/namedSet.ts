import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { StoredSet } from '../../owner/tasks/dataSets.ts'

/**
 * A file or folder, or a data set of the library where no such path exists: that with the columns under which it
 * was taken in.
 */
export async function namedSet(pathOrName: string): Promise<StoredSet> {
  const { findData } = await import('../../host/hub/dataLibrary.ts')
  if (!existsSync(resolve(pathOrName)) && findData(pathOrName) !== null) {
    const { findDataSet } = await import('../../owner/tasks/dataSets.ts')
    return findDataSet(pathOrName)
  }
  const { datasetPath } = await import('../../host/datasets/datasetsFolder.ts')
  return { name: pathOrName, path: datasetPath(pathOrName), layout: null }
}
