import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPageServer } from './pageServer.ts'
import { seedStore } from './seedStore.ts'

/** For looking at the pages by hand: `node tests/renderer/support/servePages.ts [empty]` prints a link. */
const dataDir = mkdtempSync(join(tmpdir(), 'recheck-pages-'))
if (process.argv[2] !== 'empty') seedStore(dataDir)
const { http } = await startPageServer(dataDir)
process.stdout.write(`${http.newLink()}\n`)
