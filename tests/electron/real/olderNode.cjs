// What Node 12 (Electron 9) lacks of what the main bundle needs in connect mode.
/* eslint-disable @typescript-eslint/no-require-imports -- Node 12 loads no ES modules */
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

global.AbortSignal = { timeout: (withinMs) => ({ withinMs }) }

/** As much of fetch as the client of a running serve uses: one JSON request, one JSON answer, in time. */
global.fetch = (address, { method, headers, body, signal }) =>
  new Promise((resolve, reject) => {
    const request = http.request(address, { method, headers }, (response) => {
      const parts = []
      response.on('data', (part) => parts.push(part))
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          headers: { getSetCookie: () => response.headers['set-cookie'] || [] },
          json: async () => JSON.parse(Buffer.concat(parts).toString()),
        }),
      )
    })
    request.on('error', reject)
    if (signal) request.setTimeout(signal.withinMs, () => request.destroy(new Error('timed out')))
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
