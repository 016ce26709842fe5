import { mkdtemp, readFile, readdir, rm, symlink, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Random } from '../../../../src/core/random.ts'
import { goldenFolder } from '../../../goldenFolders.ts'

export type Bytes = Buffer<ArrayBufferLike>

/** A folder of links to a golden one, in which one file is replaced after another. */
export class MutableFolder {
  readonly path: string
  readonly origin: string

  private constructor(origin: string, path: string) {
    this.origin = origin
    this.path = path
  }

  static async of(name: string, scratch: string): Promise<MutableFolder> {
    const folder = new MutableFolder(goldenFolder(name), await mkdtemp(join(scratch, `${name}-`)))
    for (const file of await readdir(folder.origin)) await folder.restore(file)
    return folder
  }

  original(file: string): Promise<Bytes> {
    return readFile(join(this.origin, file))
  }

  async replace(file: string, bytes: Bytes): Promise<void> {
    await unlink(join(this.path, file))
    await writeFile(join(this.path, file), bytes)
  }

  async restore(file: string): Promise<void> {
    await rm(join(this.path, file), { force: true })
    await symlink(join(this.origin, file), join(this.path, file))
  }
}

/** What a hostile or damaged file may hold where something else is expected; drawn with equal chances. */
export const hostileValues: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1,
  2,
  3,
  0.5,
  2 ** 31,
  2 ** 53,
  1e9,
  1e308,
  -1e308,
  5e-324,
  NaN,
  Infinity,
  '',
  '__proto__',
  'constructor',
  'toString',
  'silu',
  'default',
  'F32',
  'x'.repeat(100_000),
  '\u001b]0;title\u0007',
  [],
  [1],
  [null, 'a', {}],
  ['full_attention', 'full_attention'],
  new Array(100_000).fill(7),
  {},
  { a: 1 },
  { rope_type: 'yarn', factor: 4 },
  { __proto__: null, constructor: 1, toString: 2 },
  { full_attention: { rope_theta: 5 } },
]

export function oneOf<T>(random: Random, of: readonly T[]): T {
  const value = of[random.nextInt(of.length)]
  if (value === undefined && of.length === 0) throw new RangeError('oneOf: nothing to choose from')
  return value as T
}

/** JSON as Python would write it. */
export function pythonJson(value: unknown): string {
  const marked = JSON.stringify(value, (_key, each: unknown) =>
    typeof each === 'number' && !Number.isFinite(each) ? `\ue000${each}\ue000` : each,
  )
  return marked.replaceAll(/"\ue000(.*?)\ue000"/g, '$1')
}

/** A few bytes changed, left out, doubled or cut off. */
export function damaged(random: Random, bytes: Bytes): Bytes {
  const at = random.nextInt(bytes.length)
  const length = random.nextInt(8) + 1
  switch (random.nextInt(5)) {
    case 0:
      return bytes.subarray(0, at)
    case 1:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)])
    case 2:
      return Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)])
    case 3:
      return Buffer.concat([bytes, bytes.subarray(at, at + length)])
    default: {
      const copy = Buffer.from(bytes)
      copy[at] = random.nextInt(256)
      return copy
    }
  }
}

/** One field changed or removed, at the top level or one level below. */
export function withChangedField(
  random: Random,
  json: Record<string, unknown>,
  names: readonly string[],
): Record<string, unknown> {
  const name = oneOf(random, names)
  const inner = json[name]
  if (random.nextInt(8) === 0) return Object.fromEntries(Object.entries(json).filter(([key]) => key !== name))
  if (isObject(inner) && random.nextInt(2) === 0)
    return { ...json, [name]: withChangedField(random, inner, [...Object.keys(inner), 'factor', 'type']) }
  return { ...json, [name]: oneOf(random, hostileValues) }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
