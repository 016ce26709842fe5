import { useState } from 'react'
import { longestTag } from '../../../shared/text/labels.ts'
import type { Run } from '../../../shared/runs/records.ts'
import { answerTo, useChanges } from '../data/useRoute.ts'

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
    name: only?.name ?? '',
    tags: only?.tags ?? [],
    group: only?.group ?? '',
    notes: only?.notes ?? '',
  })
  const update = useChanges('run.update')
  const changes = runs.map(({ runId, tags }) => ({ runId, ...changeOf(labels, tags, only === undefined) }))
  return {
    labels,
    isOne: only !== undefined,
    set: (part: Partial<Labels>) => setLabels({ ...labels, ...part }),
    save: () => update.mutateAsync(changes),
    problems: problemsOf(labels, only !== undefined),
    isPending: update.isPending,
    problem: answerTo(update, changes).error,
  }
}

/** What stands in the way of saving, by field. */
function problemsOf(
  { name, tags }: Labels,
  isOne: boolean,
): { readonly name?: string; readonly tags?: string } {
  const long = tags.find((tag) => tag.length > longestTag)
  return {
    ...(isOne && name.trim() === '' ? { name: 'A run needs a name' } : {}),
    ...(long === undefined
      ? {}
      : { tags: `A tag has at most ${longestTag} characters; “${long.slice(0, 20)}…” has ${long.length}` }),
  }
}

function changeOf(labels: Labels, before: readonly string[], isSeveral: boolean) {
  const { tags, notes } = labels
  const [name, group] = [labels.name.trim(), labels.group.trim()]
  if (isSeveral) return { tags: [...new Set([...before, ...tags])], ...(group === '' ? {} : { group }) }
  return {
    tags: [...tags],
    group: group === '' ? null : group,
    notes,
    name,
  }
}
