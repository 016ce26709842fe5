import type { Completion, SampleCall, Sampler } from '../../../core/sampling/sampler.ts'

/** Told of the one completion that is being drawn. */
export interface CompletionListener {
  begins(promptIds: readonly number[]): void
  token(id: number): void
  ends(promptIds: readonly number[], completion: Completion): void
}

/**
 * A sampler that tells what it draws, for rollouts of one problem and one sample: its calls are the turns, in
 * order.
 */
export function streamingSampler(inner: Sampler, listener: CompletionListener): Sampler {
  return {
    refresh: (parameters) => inner.refresh(parameters),
    forget: () => inner.forget(),
    dispose: () => inner.dispose(),
    async sample(call: SampleCall) {
      const [request] = call.requests
      if (request === undefined) return inner.sample(call)
      listener.begins(request.promptIds)
      const drawn = await inner.sample({ ...call, onToken: (_request, _sample, id) => listener.token(id) })
      const completion = drawn[0]?.[0]
      if (completion !== undefined) listener.ends(request.promptIds, completion)
      return drawn
    },
  }
}
