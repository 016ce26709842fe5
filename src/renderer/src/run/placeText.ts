import type { RunJobState, RunPlace } from '../../../shared/routes/engines.ts'

/** Jobs that are named one by one; of more they are counted. */
const mostNamed = 3

const stateWords: Readonly<Record<NonNullable<RunJobState['state']>, string>> = {
  waiting: 'waiting',
  running: 'running',
  succeeded: 'over',
  failed: 'failed',
  stopped: 'stopped',
}

/** Where a run is executed, as which jobs, and what they wait for: a line. */
export function placeText(place: RunPlace): string {
  const { jobs, asks } = place
  const isWaiting = jobs.some(({ state }) => state === 'waiting')
  if (!isWaiting || asks === null) return jobsText(place)
  return `${jobsText(place)} ${jobs.length === 1 ? 'It asks' : 'Each asks'} for ${asks}.`
}

function jobsText({ engine, jobs, problem }: RunPlace): string {
  if (problem !== null) return `On ${engine}. ${problem}`
  if (jobs.length <= mostNamed) return `On ${engine}: ${jobs.map(jobText).join('; ')}`
  const counts = (Object.keys(stateWords) as (keyof typeof stateWords)[]).flatMap((state) => {
    const count = jobs.filter((job) => job.state === state).length
    return count === 0 ? [] : `${count} ${stateWords[state]}`
  })
  const waits = jobs.find(({ state, message }) => state === 'waiting' && message !== '')?.message
  return `On ${engine}: ${jobs.length} jobs, ${counts.join(', ') || 'none handed over yet'}${waits === undefined ? '.' : `. ${waits}`}`
}

function jobText({ name, shard, state, message }: RunJobState): string {
  const what = shard === null ? 'job' : `shard ${shard}, job`
  if (name === null) return `${what} not handed over yet.`
  const words = state === null ? 'not known there' : stateWords[state]
  return `${what} ${name}, ${words}${message === '' ? '.' : `. ${message}`}`
}
