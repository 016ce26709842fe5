// What Node 12 (Electron 9) lacks of what the main bundle needs in connect mode.
const { EventEmitter } = require('events')
const http = require('http')
const Module = require('module')

const load = Module._load
Module._load = (name, ...rest) => (name === 'fs/promises' ? require('fs').promises : load(name, ...rest))

URL.canParse = (address) => {
  try {
    return Boolean(new URL(address))
  } catch {
    return false
  }
}

global.Response = class {
  constructor(body, { status = 200, headers = {} } = {}) {
    Object.assign(this, { body, status, headers })
  }
}

global.AbortSignal = class AbortSignal {
  constructor() {
    this.aborted = false
    this.events = new EventEmitter()
  }
  addEventListener(type, listener) {
    this.events.on(type, listener)
  }
  removeEventListener(type, listener) {
    this.events.off(type, listener)
  }
  static timeout(withinMs) {
    const controller = new AbortController()
    setTimeout(() => controller.abort(), withinMs).unref()
    return controller.signal
  }
}

global.AbortController = class AbortController {
  constructor() {
    this.signal = new AbortSignal()
  }
  abort() {
    if (this.signal.aborted) return
    this.signal.aborted = true
    this.signal.events.emit('abort')
  }
}

/** As much of fetch as the client of a running serve uses: one JSON request, an answer read piece by piece, in time. */
global.fetch = (address, { method, headers, body, signal }) =>
  new Promise((resolve, reject) => {
    const request = http.request(address, { method, headers }, (response) =>
      resolve({
        url: address,
        status: response.statusCode,
        headers: { getSetCookie: () => response.headers['set-cookie'] || [] },
        body: Object.assign(response, { cancel: async () => void response.resume() }),
      }),
    )
    request.on('error', reject)
    if (signal) {
      const abandon = () => request.destroy(new Error('aborted'))
      signal.addEventListener('abort', abandon)
      request.on('close', () => signal.removeEventListener('abort', abandon))
      if (signal.aborted) abandon()
    }
    request.end(body)
  })

/** `parseArgs` of Node 18, for options that take a value. */
require('util').parseArgs = ({ args, options }) => {
  const values = {}
  args.forEach((arg, index) => {
    const [name, value] = arg.slice(2).split(/=(.*)/)
    if (arg.startsWith('--') && name in options) values[name] = value === undefined ? args[index + 1] : value
  })
  return { values }
}
