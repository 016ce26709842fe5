import { Button, Checkbox, Group, NumberInput, SegmentedControl, Stack, Text, TextInput } from '@mantine/core'
import type { JSX } from 'react'
import { answerTo, useRouteMutation } from '../../data/useRoute.ts'
import { PathRow } from '../path/PathRow.tsx'
import { usePathDialog } from '../path/usePathDialog.ts'
import { ProblemNote } from '../ProblemNote.tsx'
import { Term } from '../Term.tsx'
import { draftPlace, type EngineDraft } from './enginePlace.ts'

export interface EngineControlProps {
  readonly draft: EngineDraft
  readonly onChange: (draft: EngineDraft) => void
  /** What is executed there: `run`, `trial`, `evaluation`. */
  readonly what?: string
  /** It is stage 1 alone, which can be split. */
  readonly hasShards?: boolean
}

/**
 * Which engine executes what is about to be started: this machine, or a Ray cluster. `draftPlace` of the
 * draft is what `run.start` takes.
 */
export function EngineControl(props: EngineControlProps): JSX.Element {
  const { draft, onChange, what = 'run', hasShards = false } = props
  const change = (part: Partial<EngineDraft>): void => onChange({ ...draft, ...part })
  return (
    <Stack gap={8}>
      <SegmentedControl
        aria-label="Where to run it"
        fullWidth
        size="xs"
        data={[
          { value: 'here', label: 'This machine' },
          { value: 'ray', label: 'Ray cluster' },
        ]}
        value={draft.engine}
        onChange={(engine) => change({ engine: engine === 'ray' ? 'ray' : 'here' })}
      />
      {draft.engine === 'ray' && (
        <RayFields draft={draft} change={change} what={what} hasShards={hasShards} />
      )}
    </Stack>
  )
}

interface RayFieldsProps {
  readonly draft: EngineDraft
  readonly change: (part: Partial<EngineDraft>) => void
  readonly what: string
  readonly hasShards: boolean
}

function RayFields({ draft, change, what, hasShards }: RayFieldsProps): JSX.Element {
  return (
    <Stack gap={8} role="group" aria-label="Ray cluster">
      <TextInput
        label="Address"
        description="Of the dashboard of Ray’s head; through an SSH tunnel it is this machine’s."
        placeholder="http://head:8265"
        size="xs"
        value={draft.address}
        onChange={(event) => change({ address: event.currentTarget.value })}
      />
      <SharedFolder draft={draft} change={change} />
      <CodeFields draft={draft} change={change} />
      <Resources draft={draft} change={change} />
      {hasShards && (
        <NumberInput
          label="Shards"
          description="The problems are split into so many jobs; the estimate is the same."
          size="xs"
          min={1}
          max={512}
          allowDecimal={false}
          value={draft.shards}
          onChange={(value) => change({ shards: typeof value === 'number' && value >= 1 ? value : 1 })}
        />
      )}
      <Text fz={12} className="muted">
        Each {what} is a job that waits until these are free. Closing Recheck does not stop it.
      </Text>
      <TestConnection draft={draft} />
    </Stack>
  )
}

function SharedFolder({ draft, change }: Pick<RayFieldsProps, 'draft' | 'change'>): JSX.Element {
  const dialog = usePathDialog({
    kind: 'folder',
    title: 'Choose the shared folder',
    filters: [],
    startAt: draft.shared,
    onPath: (shared) => change({ shared }),
  })
  return (
    <PathRow dialog={dialog}>
      <TextInput
        label="Shared folder"
        description="This machine and all of the cluster see it under the same path; records and checkpoints go there."
        placeholder="/nfs/recheck"
        size="xs"
        value={draft.shared}
        onChange={(event) => change({ shared: event.currentTarget.value })}
      />
    </PathRow>
  )
}

/** Where Recheck itself is on the cluster. */
function CodeFields({ draft, change }: Pick<RayFieldsProps, 'draft' | 'change'>): JSX.Element {
  return (
    <>
      <Checkbox
        label="Send Recheck’s code along"
        description="A few megabytes, once for each version; else it is in a folder that the cluster’s machines see."
        size="xs"
        checked={draft.upload}
        onChange={(event) => change({ upload: event.currentTarget.checked })}
      />
      {draft.upload ? (
        <TextInput
          label="Its packages"
          description="node_modules on the cluster’s machines; empty: each installs them once, with npm."
          size="xs"
          value={draft.modulesFolder}
          onChange={(event) => change({ modulesFolder: event.currentTarget.value })}
        />
      ) : (
        <TextInput
          label="Recheck’s folder"
          description="As the cluster’s machines see it; empty: the path that it has here."
          size="xs"
          value={draft.packageFolder}
          onChange={(event) => change({ packageFolder: event.currentTarget.value })}
        />
      )}
    </>
  )
}

function Resources({ draft, change }: Pick<RayFieldsProps, 'draft' | 'change'>): JSX.Element {
  const number = (value: string | number): number => (typeof value === 'number' ? value : 0)
  return (
    <Group grow gap="xs" align="flex-end">
      <NumberInput
        label="Processors"
        size="xs"
        min={0}
        value={draft.cpus}
        onChange={(value) => change({ cpus: number(value) })}
      />
      <NumberInput
        label="Graphics cards"
        size="xs"
        min={0}
        value={draft.gpus}
        onChange={(value) => change({ gpus: number(value) })}
      />
      <NumberInput
        label={<Term meaning="Ray sets so much aside for it; empty: none is set aside.">Memory, GiB</Term>}
        aria-label="Memory, GiB"
        size="xs"
        min={0}
        value={draft.memoryGib ?? ''}
        onChange={(value) => change({ memoryGib: typeof value === 'number' && value > 0 ? value : null })}
      />
    </Group>
  )
}

/** Asks the owner whether the cluster answers and the shared folder can be written. */
function TestConnection({ draft }: { readonly draft: EngineDraft }): JSX.Element {
  const check = useRouteMutation('engine.check')
  const read = draftPlace(draft)
  const place = read.problem === null ? read.place : null
  const answer = place === null ? null : answerTo(check, { place })
  return (
    <>
      <Group gap="xs" wrap="nowrap">
        <Button
          variant="default"
          size="xs"
          style={{ flexShrink: 0 }}
          disabled={place === null}
          loading={check.isPending}
          onClick={() => place !== null && check.mutate({ place })}
        >
          Test connection
        </Button>
        <Text fz={12} role="status">
          {read.problem ?? answer?.data?.message ?? ''}
        </Text>
      </Group>
      <ProblemNote problem={answer?.error ?? null} />
    </>
  )
}
