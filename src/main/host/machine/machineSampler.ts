import { readFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import type { CardReading, MachineReading } from '../../../shared/runs/machineHistory.ts'

/** Reads what the machine does; the first reading has no load and no power, which are of the time between two. */
export interface MachineSampler {
  read(nowMs: number): MachineReading
}

export interface SamplerSetup {
  /** Of the trainer that is at work now; null = nobody's memory is read. */
  readonly processId: () => number | null
  /** The newest figures of the graphics cards. */
  readonly cards: () => readonly CardReading[]
  /** Of the file system; another one in tests. */
  readonly root?: string
}

interface Busy {
  readonly busy: number
  readonly all: number
}

export function openMachineSampler({ processId, cards, root = '' }: SamplerSetup): MachineSampler {
  let before: { readonly nowMs: number; readonly busy: Busy; readonly joules: number | null } | null = null
  return {
    read(nowMs) {
      const now = { nowMs, busy: readBusy(root), joules: readJoules(root) }
      const last = before
      before = now
      const trainer = processId()
      const span = last === null ? 0 : now.busy.all - last.busy.all
      return {
        cpuPercent: last === null || span <= 0 ? null : (100 * (now.busy.busy - last.busy.busy)) / span,
        memoryBytes: usedBytes(root),
        trainerBytes: trainer === null ? null : residentBytes(root, trainer),
        cpuWatts: last === null ? null : wattsBetween(last, now),
        cards: cards(),
      }
    },
  }
}

/** Ticks of all processors since the machine started. */
function readBusy(root: string): Busy {
  const [, ...fields] = (readText(`${root}/proc/stat`)?.split('\n', 1)[0] ?? '').split(/\s+/)
  if (fields.length < 4) return busyByNode()
  // guest time, from the ninth field on, is part of user time
  const ticks = fields.slice(0, 8).map(Number)
  const all = ticks.reduce((sum, each) => sum + each, 0)
  return { busy: all - (ticks[3] ?? 0) - (ticks[4] ?? 0), all }
}

function busyByNode(): Busy {
  return cpus().reduce(
    (sum, { times }) => {
      const all = times.user + times.nice + times.sys + times.idle + times.irq
      return { busy: sum.busy + all - times.idle, all: sum.all + all }
    },
    { busy: 0, all: 0 },
  )
}

function usedBytes(root: string): number | null {
  const text = readText(`${root}/proc/meminfo`)
  if (text === null) return totalmem() - process.availableMemory()
  const kibibytes = (name: string): number | null => {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]
    return found === undefined ? null : Number(found)
  }
  const [total, available] = [kibibytes('MemTotal'), kibibytes('MemAvailable')]
  return total === null || available === null ? null : (total - available) * 1024
}

/** Null where it has ended, or the system is not Linux. */
function residentBytes(root: string, processId: number): number | null {
  const kibibytes = /^VmRSS:\s+(\d+) kB/m.exec(readText(`${root}/proc/${processId}/status`) ?? '')?.[1]
  return kibibytes === undefined ? null : Number(kibibytes) * 1024
}

/** Counted by the processors' package; null where there is no such counter, or only root may read it. */
function readJoules(root: string): number | null {
  const text = readText(`${root}/sys/class/powercap/intel-rapl:0/energy_uj`)
  return text === null || text.trim() === '' ? null : Number(text) / 1e6
}

type Energy = { readonly nowMs: number; readonly joules: number | null }

/** Null also where the counter began anew. */
function wattsBetween(last: Energy, now: Energy): number | null {
  const seconds = (now.nowMs - last.nowMs) / 1000
  if (last.joules === null || now.joules === null || seconds <= 0 || now.joules < last.joules) return null
  return (now.joules - last.joules) / seconds
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null // not on this system, or not for this user
  }
}
