import type { Completion, ParameterSource, SampleCall, Sampler } from './sampler.ts'

/** A sampler that is opened with the first call that needs it: what never samples never holds its weights. */
export class LateSampler implements Sampler {
  readonly #open: () => Promise<Sampler>
  #opened: Promise<Sampler> | null = null

  constructor(open: () => Promise<Sampler>) {
    this.#open = open
  }

  async sample(call: SampleCall): Promise<readonly (readonly Completion[])[]> {
    return (await this.#sampler()).sample(call)
  }

  async refresh(policy: ParameterSource): Promise<void> {
    await (await this.#sampler()).refresh(policy)
  }

  forget(): void {
    void this.#opened?.then((sampler) => sampler.forget())
  }

  async dispose(): Promise<void> {
    const opened = this.#opened
    this.#opened = null
    await (await opened)?.dispose()
  }

  #sampler(): Promise<Sampler> {
    this.#opened ??= this.#open()
    return this.#opened
  }
}
