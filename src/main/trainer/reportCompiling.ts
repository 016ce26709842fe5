import type { StageCount } from '../../shared/runs/runEvent.ts'
import type { CompileNews, FollowCompiling } from '../host/tensorflow/xla/compileWatch.ts'
import type { JobPort } from '../wire/jobPort.ts'
import { startupProgress } from './startupProgress.ts'

/**
 * Tells of XLA's work: in the run's log what it compiles and how long each took, and as what the run is doing
 * where sampling waits for it.
 */
export function reportCompiling(port: Pick<JobPort, 'emit' | 'flush'>, stage: StageCount): FollowCompiling {
  return async (news) => {
    if (news.waits && news.state === 'started') {
      port.emit({ type: 'progress', progress: startupProgress('compiling the sampler (XLA)', stage) })
    }
    const code = `sampler.compiling-${news.state}`
    const key = `${code}: ${news.what}`
    port.emit({ type: 'log', level: 'info', code, key, message: messageOf(news), remedy: null })
    // compiling holds this thread: what was said has to be out before
    if (news.waits && news.state === 'started') await port.flush()
  }
}

function messageOf({ what, state, waits, seconds }: CompileNews): string {
  if (state === 'ended') return `XLA has compiled the sampler for ${what}, in ${seconds.toFixed(1)} s`
  const meanwhile = waits ? 'sampling waits for it' : 'meanwhile sampling goes on node by node'
  return `XLA compiles the sampler for ${what}; ${meanwhile}`
}
