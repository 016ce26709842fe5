import './electronHooks.ts'
import { tmpdir } from 'node:os'
import { obeyTest } from './obeyTest.ts'

// Preloaded (`node --import`) before the real main bundle.
Object.defineProperty(process, 'resourcesPath', { value: tmpdir() })
obeyTest()
