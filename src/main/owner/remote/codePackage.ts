import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { zip, type AsyncZippable } from 'fflate'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import { readError } from '../../disk/fileError.ts'
import { projectFolder } from '../../host/machine/paths.ts'

/** Recheck's code for a cluster, without the packages that it uses: those hold native code for one system. */
export interface CodePackage {
  /** Ray's name of it; equal code has equal names, so that it is uploaded once. */
  readonly name: string
  /** A zip file. */
  readonly bytes: Uint8Array
}

/** What a job reads, beside its packages; `scripts` are those of `npm ci`. */
const folders: readonly string[] = ['resources', 'scripts', 'src/core', 'src/main', 'src/shared']
const files: readonly string[] = ['package-lock.json', 'package.json']

/** Ray's dashboard takes no more than 100 MiB; this is 2.7 MB. */
const mostBytes = 64 * 2 ** 20
/** Of every file in it, so that equal files make equal bytes. */
const writtenAt = new Date(2020, 0, 1)

/** @throws RecheckError `remote.place` where it is too large, `file.*` */
export async function codePackage(root = projectFolder): Promise<CodePackage> {
  const names = files.concat(...(await Promise.all(folders.map((folder) => filesIn(root, folder)))))
  const content: AsyncZippable = {}
  let total = 0
  for (const name of names.toSorted()) {
    const bytes = await readFile(join(root, name)).catch((thrown: unknown) => {
      throw readError(thrown, join(root, name))
    })
    total += bytes.length
    content[name] = [bytes, { mtime: writtenAt }]
  }
  if (total > mostBytes)
    throw new RecheckError(
      'remote.place',
      `Recheck's code in ${root} has ${total} bytes, ${mostBytes} is the most that is sent to a cluster. ` +
        'Take away from resources and src what does not belong there, or name a folder that all machines see with --package.',
    )
  const bytes = await zipped(content)
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 16)
  return { name: `_ray_pkg_${hash}.zip`, bytes }
}

async function filesIn(root: string, folder: string): Promise<readonly string[]> {
  const found = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(
    (thrown: unknown) => {
      throw readError(thrown, join(root, folder))
    },
  )
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
}

function zipped(content: AsyncZippable): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    zip(content, { level: 6 }, (error, bytes) => (error === null ? resolve(bytes) : reject(error)))
  })
}
