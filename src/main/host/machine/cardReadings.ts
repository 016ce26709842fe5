import { spawn } from 'node:child_process'
import { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { mostCards, type CardReading } from '../../../shared/runs/machineHistory.ts'

/** Figures of the graphics cards, renewed once a second by one process of the driver's own tool. */
export interface CardReadings {
  /** The newest; empty where there is no card. */
  now(): readonly CardReading[]
  close(): void
}

const fields = 'index,name,utilization.gpu,memory.used,power.draw'
const mebibyte = 2 ** 20

/** @param program  the tool; another one in tests */
export function openCardReadings(program = 'nvidia-smi'): CardReadings {
  const cards = new Map<number, CardReading>()
  const child = spawn(program, [`--query-gpu=${fields}`, '--format=csv,noheader,nounits', '-lms', '1000'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  child.on('error', () => undefined) // no card of this maker, or no driver: nothing is read
  child.on('exit', () => cards.clear())
  createInterface({ input: child.stdout }).on('line', (line) => {
    const found = cardOf(line)
    if (found !== null && found.index < mostCards) cards.set(found.index, found.card)
  })
  // neither keeps this process from ending; the tool ends with its first line that nobody reads
  child.unref()
  if (child.stdout instanceof Socket) child.stdout.unref()
  return {
    now: () => [...cards].sort(([a], [b]) => a - b).map(([, card]) => card),
    close: () => void child.kill(),
  }
}

/** `0, NVIDIA H100 80GB HBM3, 97, 61440, 512.30`; what a card does not say stands there as `[N/A]`. */
export function cardOf(line: string): { readonly index: number; readonly card: CardReading } | null {
  const cells = line.split(',').map((cell) => cell.trim())
  const [index = '', name = '', percent = '', used = '', watts = ''] = cells
  if (cells.length !== 5 || !/^\d{1,3}$/.test(index)) return null
  const usedMebibytes = numberOf(used)
  return {
    index: Number(index),
    card: {
      name: name.slice(0, 80),
      percent: numberOf(percent),
      memoryBytes: usedMebibytes === null ? null : usedMebibytes * mebibyte,
      watts: numberOf(watts),
    },
  }
}

function numberOf(cell: string): number | null {
  return /^\d+(?:\.\d+)?$/.test(cell) ? Number(cell) : null
}
