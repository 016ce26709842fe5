import config from '../../electron.vite.config.ts'

// The bundles of the window without the page, which the pages' own tests build.
export default { main: config.main, preload: config.preload }
