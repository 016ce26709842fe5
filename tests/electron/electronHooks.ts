import { registerHooks } from 'node:module'

// Imported first by tests of single files of the window: their `electron` is the double.
registerHooks({
  resolve(specifier, context, nextResolve) {
    if (specifier !== 'electron') return nextResolve(specifier, context)
    return { url: new URL('electronDouble.ts', import.meta.url).href, shortCircuit: true }
  },
})
