// What Electron 9 (Node 12) lacks and the lowered main bundle needs. For scripts/electron-smoke.mjs alone.
/* eslint-disable @typescript-eslint/no-require-imports -- Node 12 loads no ES modules */
require('core-js/stable')
const http = require('http')

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

/** As much of fetch as the client of a running serve uses: one JSON request, one JSON answer. */
global.fetch = (address, { method, headers, body }) =>
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
