import { closeSync, openSync, readSync } from 'node:fs'
import { RecheckError } from '../../shared/errors/recheckError.ts'
import { readError } from '../disk/fileError.ts'
import { applicationId } from './migrations.ts'
import { damagedWayOut } from './storeError.ts'

/** SQLite's database file format, 1.3: the first 100 bytes of the file. */
const headerBytes = 100

/**
 * What stands in the header of every store of ours, whatever it holds. SQLite itself reads on where one of
 * these is another one, and finds other pages, or other letters, than were written.
 */
const fixedParts: readonly (readonly [offset: number, bytes: readonly number[]])[] = [
  [16, [0x10, 0x00]], // page size: 4096
  [20, [0, 64, 32, 32]], // bytes reserved at the end of a page: none; payload fractions, as the format demands
  [44, [0, 0, 0, 4]], // schema format
  [52, [0, 0, 0, 0]], // no auto-vacuum
  [56, [0, 0, 0, 1]], // text encoding: UTF-8
  [64, [0, 0, 0, 0]], // no incremental vacuum
  [72, Array.from({ length: 20 }, () => 0)], // reserved for expansion
]

/**
 * Looks at the head of a store before SQLite does.
 *
 * @throws RecheckError `store.damaged` when a byte of it was changed; a file of another program is left to
 *   later checks
 */
export function assertHeaderIsSound(path: string): void {
  const header = readHeader(path)
  if (header === null || header.readUInt32BE(68) !== applicationId) return
  const changed = fixedParts.find(([offset, bytes]) =>
    bytes.some((byte, index) => header[offset + index] !== byte),
  )
  if (changed === undefined) return
  throw new RecheckError(
    'store.damaged',
    `${path}: the file is damaged in its header (at byte ${changed[0]}) and was left as it is. ${damagedWayOut}`,
  )
}

/** null where there is no whole one: no file, or one that SQLite has not written yet. */
function readHeader(path: string): Buffer | null {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw readError(thrown, path)
  }
  try {
    const header = Buffer.alloc(headerBytes)
    return readSync(file, header, 0, headerBytes, 0) === headerBytes ? header : null
  } catch (thrown) {
    throw readError(thrown, path)
  } finally {
    closeSync(file)
  }
}
