import { registerHooks } from 'node:module'
import { tmpdir } from 'node:os'
import { obeyTest } from './obeyTest.ts'

// Preloaded (`node --import`) before the real main bundle: its `electron` is the double.
registerHooks({
  resolve(specifier, context, nextResolve) {
    if (specifier !== 'electron') return nextResolve(specifier, context)
    return { url: new URL('electronDouble.ts', import.meta.url).href, shortCircuit: true }
  },
})
Object.defineProperty(process, 'resourcesPath', { value: tmpdir() })
obeyTest()
