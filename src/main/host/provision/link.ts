import { existsSync } from 'node:fs'
import { cp, lstat, mkdir, rename, rm, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { unfinishedPrefix } from '../machine/atomicFiles.ts'
import { newId } from '../machine/identifiers.ts'
import { libraryLinks } from './addon.ts'
import { addonPath } from '../tensorflow/status.ts'

/**
 * Points the package's `deps` to the libraries in the cache and puts the addon in its place, each by one
 * rename.
 *
 * TensorFlow's libraries look for CUDA's in `$ORIGIN/../nvidia`, where the origin is the link that they were
 * loaded by, not what it points to: so `deps/nvidia` makes them found in any process, one started without the
 * library path too.
 */
export async function linkAddon(
  packageFolder: string,
  tensorFlowFolder: string,
  addon: string,
): Promise<string> {
  const libraries = join(packageFolder, 'deps', 'lib')
  await mkdir(libraries, { recursive: true })
  await replace(join(packageFolder, 'deps', 'include'), (path) =>
    symlink(join(tensorFlowFolder, 'tensorflow', 'include'), path),
  )
  for (const [name, target] of Object.entries(libraryLinks)) {
    await replace(join(libraries, name), (path) =>
      symlink(join(tensorFlowFolder, 'tensorflow', target), path),
    )
  }
  const nvidia = join(packageFolder, 'deps', 'nvidia')
  if (existsSync(join(tensorFlowFolder, 'nvidia'))) {
    await replace(nvidia, (path) => symlink(join(tensorFlowFolder, 'nvidia'), path))
  } else {
    await rm(nvidia, { recursive: true, force: true })
  }
  const placed = addonPath(packageFolder)
  await mkdir(dirname(placed), { recursive: true })
  await replace(placed, (path) => cp(addon, path))
  return placed
}

/** Makes something under a name of its own, then moves it to `path`, where it replaces a file or link. */
export async function replace(path: string, make: (path: string) => Promise<void>): Promise<void> {
  const unfinished = join(dirname(path), newId(`${unfinishedPrefix}link`))
  await make(unfinished)
  // a rename cannot put a link in the place of a folder, which the package's own installer makes
  const info = await lstat(path).catch(() => null)
  if (info?.isDirectory()) await rm(path, { recursive: true })
  await rename(unfinished, path)
}
