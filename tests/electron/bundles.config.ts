import type { UserConfig } from 'electron-vite'
import config from '../../electron.vite.config.ts'
import { bundlesFolder } from './bundlesFolder.ts'

function inFolder(part: 'main' | 'preload'): NonNullable<UserConfig[typeof part]> {
  const own = (config as UserConfig)[part]
  return { ...own, build: { ...own?.build, outDir: `${bundlesFolder}/${part}` } }
}

// The bundles of the window without the page, which the pages' own tests build; in a folder of their own,
// because a build of the app may run meanwhile and empties `out` first.
const bundles: UserConfig = { main: inFolder('main'), preload: inFolder('preload') }
export default bundles
