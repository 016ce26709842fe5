import { RecheckError } from '../../shared/errors/recheckError.ts'

/** Runs `work`; an error of it says in `data.field` which field of the config it is about. */
export async function aboutField<T>(field: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    if (!(thrown instanceof RecheckError)) throw thrown
    throw new RecheckError(thrown.code, thrown.message, { ...thrown.data, field })
  }
}
