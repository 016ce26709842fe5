import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { PinnedWheel } from '../../../../src/main/host/provision/pins.ts'

/** A zip file of stored entries, written by hand from APPNOTE.TXT 4.3.7, 4.3.12 and 4.3.16. */
export function zipOf(entries: Readonly<Record<string, string | Buffer>>): Buffer {
  const locals: Buffer[] = []
  const centrals: Buffer[] = []
  for (const [name, content] of Object.entries(entries)) {
    const data = typeof content === 'string' ? Buffer.from(content) : content
    const path = Buffer.from(name)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt32LE(crc32(data), 10)
    common.writeUInt32LE(data.length, 14)
    common.writeUInt32LE(data.length, 18)
    common.writeUInt16LE(path.length, 22)
    const offset = Buffer.concat(locals).length
    locals.push(Buffer.from('PK\x03\x04'), common, path, data)
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(offset, 10)
    centrals.push(Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, rest, path)
  }
  const head = Buffer.concat(locals)
  const directory = Buffer.concat(centrals)
  const end = Buffer.alloc(18)
  const count = Object.keys(entries).length
  end.writeUInt16LE(count, 4)
  end.writeUInt16LE(count, 6)
  end.writeUInt32LE(directory.length, 8)
  end.writeUInt32LE(head.length, 12)
  return Buffer.concat([head, directory, Buffer.from('PK\x05\x06'), end])
}

/** Writes `<package>-1.0-py3-none-any.whl` with the metadata that pip asks for, and returns its pin. */
export function writeWheel(
  folder: string,
  name: string,
  files: Readonly<Record<string, string>>,
): PinnedWheel {
  const prefix = name.replaceAll('-', '_')
  const info = `${prefix}-1.0.dist-info`
  const wheel = zipOf({
    ...files,
    [`${info}/METADATA`]: `Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n`,
    [`${info}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: by hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
    [`${info}/RECORD`]: '',
    [`${info}/LICENSE`]: 'licence',
  })
  const file = `${prefix}-1.0-py3-none-any.whl`
  writeFileSync(join(folder, file), wheel)
  const sha256 = createHash('sha256').update(wheel).digest('hex')
  return { package: name, version: '1.0', file, sha256, bytes: wheel.length, sameForOtherPython: {} }
}

export const tensorFlowFiles = {
  'tensorflow/include/tensorflow/c/c_api.h': '// header',
  'tensorflow/include/Eigen/Core.h': '// not needed',
  'tensorflow/libtensorflow_cc.so.2': 'library',
  'tensorflow/libtensorflow_framework.so.2': 'framework',
  'tensorflow/python/client.py': '# not needed',
}
