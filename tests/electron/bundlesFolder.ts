/** Where the tests build the window's bundles, seen from the project's folder. */
export const bundlesFolder = '.cache/window'
