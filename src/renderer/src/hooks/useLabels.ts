import { useState } from 'react'
import type { Run } from '../../../shared/records.ts'
import { useChanges } from './useRoute.ts'

export interface Labels {
  readonly name: string
  readonly tags: readonly string[]
  readonly group: string
  readonly notes: string
}

export type Labelled = Pick<Run, 'runId' | 'name' | 'tags' | 'group' | 'notes'>

/** What a dialog edits of one run, or adds to several. */
export function useLabels(runs: readonly Labelled[]) {
  const [only] = runs.length === 1 ? runs : []
  const [labels, setLabels] = useState<Labels>({
    ...{ name: only?.name ?? '', tags: only?.tags ?? [], group: only?.group ?? '', notes: only?.notes ?? '' },
  })
  const update = useChanges('run.update')
  const save = async (): Promise<void> => {
    await update.mutateAsync(
      runs.map(({ runId, tags }) => ({ runId, ...changeOf(labels, tags, only === undefined) })),
    )
  }
  return {
    labels,
    isOne: only !== undefined,
    set: (part: Partial<Labels>) => setLabels({ ...labels, ...part }),
    save,
    isPending: update.isPending,
    problem: update.error,
  }
}

function changeOf({ name, tags, group, notes }: Labels, before: readonly string[], isSeveral: boolean) {
  if (isSeveral) return { tags: [...new Set([...before, ...tags])], ...(group === '' ? {} : { group }) }
  return {
    tags: [...tags],
    group: group === '' ? null : group,
    notes,
    ...(name.trim() === '' ? {} : { name }),
  }
}
