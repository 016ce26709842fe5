import { useEffect, useMemo } from 'react'
import { readKept, writeKept } from '../widgets/hooks/browserStorage.ts'

/** Which colour and pattern a run has among all there are (`patternOf`), by its id. */
export type RunPlaces = ReadonlyMap<string, number>

/** Runs whose places are remembered. */
const mostRemembered = 500
const keptName = 'runColours'

/**
 * A place for each run: the one it is known to have, where no run before it has it too; else the least that is
 * free. So a run keeps its colour whichever others stand beside it, and in whatever order.
 */
export function runPlaces(known: RunPlaces, runIds: readonly string[]): RunPlaces {
  const places = new Map<string, number>()
  const taken = new Set<number>()
  const take = (runId: string, place: number): void => {
    places.set(runId, place)
    taken.add(place)
  }
  for (const runId of runIds) {
    const place = known.get(runId)
    if (place !== undefined && !taken.has(place)) take(runId, place)
  }
  for (const runId of runIds) {
    if (places.has(runId)) continue
    let place = 0
    while (taken.has(place)) place++
    take(runId, place)
  }
  return places
}

/** The same, remembered by the browser. */
export function useRunPlaces(runIds: readonly string[]): RunPlaces {
  const key = runIds.join(' ')
  const places = useMemo(() => runPlaces(remembered(), idsOf(key)), [key])
  useEffect(() => {
    const known = new Map(remembered())
    // those of now are the last to be forgotten
    for (const [runId, place] of places) {
      known.delete(runId)
      known.set(runId, place)
    }
    writeKept('browser', keptName, [...known].slice(-mostRemembered))
  }, [places])
  return places
}

function idsOf(key: string): string[] {
  return key === '' ? [] : key.split(' ')
}

function remembered(): RunPlaces {
  return readKept('browser', keptName, parsePlaces) ?? new Map<string, number>()
}

/** What another version or a person has written there is left out. */
function parsePlaces(stored: unknown): RunPlaces | null {
  if (!Array.isArray(stored)) return null
  const places = new Map<string, number>()
  for (const entry of stored as unknown[]) {
    if (!Array.isArray(entry)) continue
    const [runId, place] = entry as unknown[]
    if (typeof runId === 'string' && Number.isInteger(place) && (place as number) >= 0)
      places.set(runId, place as number)
  }
  return places
}
