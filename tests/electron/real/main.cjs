// Electron's entry: the lowered main bundle behind what it lacks here, and nothing else.
// Node 12 only warns of a promise that nobody looks after, and not even that is seen here
process.on('unhandledRejection', (reason) => {
  process.stderr.write(`${(reason && reason.stack) || reason}\n`)
  process.exit(3)
})
global.olderElectron = require('electron')
global.appFolder = __dirname
require('./olderNode.cjs')
require('./index.cjs')
