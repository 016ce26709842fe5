import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { openForWriting } from '../../src/main/store/database.ts'
import { TensorBoardMirror } from '../../src/main/tools/tensorboard/exportTensorBoard.ts'
import { exportedRun } from '../main/tools/exportedRun.ts'

/**
 * Writes tests/fixtures/tensorboard/events.bin, which tensorboard_events.py reads: node
 * tests/oracles/save_events.ts
 */
const target = resolve(import.meta.dirname, '..', 'fixtures', 'tensorboard', 'events.bin')
const folder = mkdtempSync(join(tmpdir(), 'recheck-events-'))
const db = openForWriting(join(folder, 'data'))
const mirror = new TensorBoardMirror(join(folder, 'logs'), exportedRun(db))
mirror.update(db)
db.close()
cpSync(mirror.path, target)
rmSync(folder, { recursive: true })
