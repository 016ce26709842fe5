import type { RecheckErrorCode } from './errorCodes.ts'

/**
 * The way out of a full disk. On one without a byte left SQLite cannot even be opened, so garbage is
 * collected second.
 */
export const freeSpace =
  'Free some space by moving or deleting other files; then "recheck gc" gives back what deleted runs hold, once no Recheck uses ' +
  'this data folder.'

/** What the operating system's refusal to work on a file means. */
export interface SystemErrorMeaning {
  readonly code: RecheckErrorCode
  /** Follows the name of the file. */
  readonly problem: string
  readonly wayOut: string
  /** The disk took no more: what a file held before is untouched where it is replaced whole. */
  readonly isAboutSpace?: true
}

/**
 * Inodes are counted apart from bytes: ENOSPC stands for both, and only the file system itself tells which.
 */
const noInodes: SystemErrorMeaning = {
  code: 'file.no-inodes',
  problem: 'the disk has space left, but no inode for one more file',
  wayOut: 'Delete files there, many small ones rather than a large one; "df -i" counts them.',
  isAboutSpace: true,
}

const readOnly = 'Mend its permissions or choose another folder.'

/** By errno; of the two meanings of ENOSPC the usual one. */
const meanings = {
  ENOSPC: { code: 'file.disk-full', problem: 'the disk is full', wayOut: freeSpace, isAboutSpace: true },
  EDQUOT: {
    code: 'file.quota',
    problem: 'your quota on this disk is used up, in bytes or in files',
    wayOut: '"quota -s" shows it. Delete files of yours there, or choose a folder on another disk.',
    isAboutSpace: true,
  },
  EFBIG: {
    code: 'file.too-large',
    problem: 'the system lets no file of this process grow that large',
    wayOut:
      'If "ulimit -f" is not "unlimited" where Recheck was started, raise it there; else the file system has a limit ' +
      'of its own (4 GiB on FAT): choose a folder on another disk.',
    isAboutSpace: true,
  },
  EIO: {
    code: 'file.disk-error',
    problem: 'the disk reports an error of its own',
    wayOut: 'Look at the system’s log ("dmesg"), and copy what matters to another disk first.',
  },
  EROFS: {
    code: 'file.read-only',
    problem: 'it cannot be written, because the disk is mounted for reading only',
    wayOut: 'Mount it for writing, or choose a folder on another disk.',
  },
  EACCES: { code: 'file.read-only', problem: 'the system denies access to it', wayOut: readOnly },
  EPERM: { code: 'file.read-only', problem: 'the system denies access to it', wayOut: readOnly },
  EMFILE: {
    code: 'file.too-many-open',
    problem: 'this process has as many files open as it may have',
    wayOut: 'Raise the limit where Recheck is started ("ulimit -n" shows it), then start it again.',
  },
  ENFILE: {
    code: 'file.too-many-open',
    problem: 'all programs together have as many files open as the system allows',
    wayOut: 'End other programs, then try again.',
  },
  EISDIR: {
    code: 'file.is-folder',
    problem: 'it is a folder, where a file was expected',
    wayOut: 'Name the file, or move the folder away.',
  },
  ENOTDIR: {
    code: 'file.no-folder',
    problem: 'a folder on the way to it is a file, or was replaced by one',
    wayOut: 'Put the folder back or choose another.',
  },
  EEXIST: {
    code: 'file.exists',
    problem: 'there is something of this name already',
    wayOut: 'Move it away or choose another name.',
  },
  ENOTEMPTY: {
    code: 'file.exists',
    problem: 'the folder is not empty',
    wayOut: 'Move what is in it away or choose another name.',
  },
  ENOENT: {
    code: 'file.missing',
    problem: 'there is no such file, or a folder on the way to it is missing',
    wayOut: 'Put it back or choose another.',
  },
  ENAMETOOLONG: {
    code: 'file.name',
    problem: 'its name, or the path to it, is longer than the system takes',
    wayOut: 'Choose a shorter one.',
  },
  ELOOP: {
    code: 'file.no-folder',
    problem: 'the links on the way to it lead in a circle',
    wayOut: 'Name the real path.',
  },
  EBUSY: { code: 'file.busy', problem: 'another program holds it', wayOut: 'End that one, then try again.' },
  ETXTBSY: {
    code: 'file.busy',
    problem: 'it is being executed',
    wayOut: 'End that program, then try again.',
  },
  ESTALE: {
    code: 'file.disk-error',
    problem: 'the server of this network folder no longer knows it',
    wayOut: 'Mount the folder again, then start Recheck again.',
  },
  EXDEV: {
    code: 'file.other-disk',
    problem: 'it cannot be moved there, because that is another disk',
    wayOut: 'Choose a folder on the same disk.',
  },
  noInodes,
} satisfies Readonly<Record<string, SystemErrorMeaning>>

export type SystemErrorName = keyof typeof meanings

export function meaningNamed(name: SystemErrorName): SystemErrorMeaning {
  return meanings[name]
}

/** What Node adds to an error of the system. */
interface SystemError extends Error {
  readonly code: string
  readonly syscall?: unknown
  readonly path?: unknown
}

/** Calls that are no work on a file; one of them may name a path all the same. */
const otherCalls = /^(spawn|connect|bind|listen|accept|kill|getaddrinfo)/

/** The meaning of a refused file operation; null for any other error. */
export function meaningOf(thrown: unknown): SystemErrorMeaning | null {
  if (!isSystemError(thrown)) return null
  if (!isNamed(thrown.code)) return null
  const meaning = meanings[thrown.code]
  const isOtherCall = typeof thrown.syscall === 'string' && otherCalls.test(thrown.syscall)
  return isOtherCall && meaning.code !== 'file.too-many-open' ? null : meaning
}

/** `ENOSPC`; null where the error is not one of the system. */
export function systemCodeOf(thrown: unknown): string | null {
  return isSystemError(thrown) ? thrown.code : null
}

/** The file that the system names; null where it names none, as after a write to an open one. */
export function pathOf(thrown: unknown): string | null {
  return isSystemError(thrown) && typeof thrown.path === 'string' ? thrown.path : null
}

/** One sentence for people: the file, what is wrong with it, the way out. */
export function systemErrorMessage(meaning: SystemErrorMeaning, path: string, systemCode: string): string {
  return `${path}: ${meaning.problem} (${systemCode}). ${meaning.wayOut}`
}

function isNamed(code: string): code is SystemErrorName {
  return Object.hasOwn(meanings, code)
}

function isSystemError(thrown: unknown): thrown is SystemError {
  return (
    thrown instanceof Error &&
    'code' in thrown &&
    typeof thrown.code === 'string' &&
    /^E[A-Z]/.test(thrown.code)
  )
}
