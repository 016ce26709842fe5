// Electron's entry: the lowered main bundle behind what it lacks here, and nothing else.
/* eslint-disable @typescript-eslint/no-require-imports -- Node 12 loads no ES modules */
global.olderElectron = require('electron')
global.appFolder = __dirname
require('./olderNode.cjs')
require('./index.cjs')
