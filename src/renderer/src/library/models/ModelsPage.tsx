import { Badge, Button, Group, Table, Text, Title } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState, type JSX } from 'react'
import type { ListedModel } from '../../../../shared/routes/library/library.ts'
import { formatBytes, formatCount, missing } from '../../../../shared/text/format.ts'
import { invalidate } from '../../data/invalidate.ts'
import { useRouteMutation, useRouteQuery } from '../../data/useRoute.ts'
import { goTo } from '../../data/useRouteTarget.ts'
import { Loading } from '../../widgets/Loading.tsx'
import { ProblemNote } from '../../widgets/ProblemNote.tsx'
import { Term } from '../../widgets/Term.tsx'
import { TermHead } from '../../widgets/table/TermHead.tsx'
import { FetchForm } from '../fetch/FetchForm.tsx'
import { FetchJobs } from '../fetch/FetchJobs.tsx'
import { ModelImport } from './ModelImport.tsx'
import { RemoveDialog } from '../RemoveDialog.tsx'
import { UsedBy } from '../UsedBy.tsx'
import styles from './ModelsPage.module.css'

const columns = [
  ['Name', 'As `model.path` of a config names it'],
  // in reach in a narrow window, too
  ['What to do with it', null],
  ['Kind', 'Family, parameters, and layers × width'],
  ['Size', 'Of its weight files'],
  ['Positions', 'Most tokens of prompt and completions together'],
  ['From', 'What it was made from, and when it came'],
  ['Licence', 'As its source states it'],
  ['Used by', 'Runs whose config names it, newest first'],
] as const

/** The models on this machine. */
export function ModelsPage(): JSX.Element {
  const list = useRouteQuery('models.list', {})
  const [isImporting, setImporting] = useState(false)
  const [leaving, setLeaving] = useState<ListedModel | null>(null)
  return (
    <div className="page page-scroll">
      <Group justify="space-between">
        <Title order={1} fz={17}>
          Models
        </Title>
        <Button onClick={() => setImporting(true)}>Import a model…</Button>
      </Group>
      <FetchForm
        kind="model"
        label="Fetch a model of the Hugging Face hub"
        example="owner/name, owner/name@revision, or smollm2-135m-instruct"
      />
      <FetchJobs kinds={['model', 'gguf', 'folder']} />
      <ProblemNote problem={list.error} />
      {list.data === undefined ? (
        list.error === null && <Loading what="Opening the models…" />
      ) : (
        <div className="panel panel-wide">
          <Table className="tabular first-stays" aria-label="Models on this machine">
            <TermHead columns={columns} />
            <Table.Tbody>
              {list.data.map((model) => (
                <ModelRow key={model.name} model={model} onRemove={() => setLeaving(model)} />
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {list.data?.length === 1 && (
        <Text className="muted">
          So far there is the built-in model alone. Fetch another one above, for example
          smollm2-135m-instruct: 135 M parameters, for two cores.
        </Text>
      )}
      {isImporting && <ModelImport onClose={() => setImporting(false)} />}
      {leaving !== null && <RemoveModel model={leaving} onClose={() => setLeaving(null)} />}
    </div>
  )
}

function ModelRow({
  model,
  onRemove,
}: {
  readonly model: ListedModel
  readonly onRemove: () => void
}): JSX.Element {
  const { name, shape, from, problem } = model
  return (
    <Table.Tr>
      <Table.Td>
        <strong title={model.folder}>{name}</strong>
        <ModelCheck model={model} />
      </Table.Td>
      <Table.Td>
        <Group gap={6} wrap="nowrap">
          <Button
            variant="default"
            aria-label={`Try ${name}`}
            disabled={problem !== null}
            onClick={() => goTo({ page: 'replay', policies: [`model:${name}`], problem: null })}
          >
            Try…
          </Button>
          {!model.isBuiltin && (
            <Button variant="default" aria-label={`Remove ${name}`} onClick={onRemove}>
              Remove…
            </Button>
          )}
        </Group>
      </Table.Td>
      <Table.Td>
        {shape === null ? (
          missing
        ) : (
          <>
            {shape.family}, {millions(shape.parameters)}
            <div className="muted fine-print">
              {formatCount(shape.layers)} layers × {formatCount(shape.width)}, {formatCount(shape.vocabulary)}{' '}
              tokens
            </div>
          </>
        )}
      </Table.Td>
      <Table.Td>{shape === null ? missing : formatBytes(model.bytes)}</Table.Td>
      <Table.Td>{shape === null ? missing : formatCount(shape.maxPositions)}</Table.Td>
      <Table.Td className={styles.source}>
        {from.source ?? missing}
        <div className="muted fine-print">{from.importedAt?.slice(0, 10)}</div>
      </Table.Td>
      <Table.Td>{from.licence ?? missing}</Table.Td>
      <Table.Td>
        <UsedBy runs={model.usedBy} />
      </Table.Td>
    </Table.Tr>
  )
}

/** What came of opening it as a run would. */
function ModelCheck({ model }: { readonly model: ListedModel }): JSX.Element {
  const { problem, notices } = model
  const [words, color] =
    problem !== null
      ? ['cannot be used', 'red']
      : notices.length > 0
        ? ['ready, with notes', 'yellow']
        : ['ready', 'teal']
  return (
    <>
      <div>
        <Term meaning={notices.join(' ')}>
          <Badge variant="light" color={color} tt="none" className={styles.check}>
            {words}
          </Badge>
        </Term>
      </div>
      {problem !== null && (
        <Text fz={12} maw={360} className={styles.source}>
          {problem}
        </Text>
      )}
    </>
  )
}

/** `0.8 M`, `135 M`. */
function millions(parameters: number): string {
  const count = parameters / 1e6
  return `${count < 10 ? count.toFixed(1) : formatCount(Math.round(count))} M parameters`
}

function RemoveModel({
  model,
  onClose,
}: {
  readonly model: ListedModel
  readonly onClose: () => void
}): JSX.Element {
  const client = useQueryClient()
  const remove = useRouteMutation('models.remove')
  const begin = (): void =>
    remove.mutate(
      { name: model.name },
      {
        onSuccess: () => {
          void invalidate(client, ({ queryKey }) => queryKey[0] === 'models.list')
          onClose()
        },
      },
    )
  return (
    <RemoveDialog
      name={model.name}
      bytes={model.bytes}
      usedBy={model.usedBy}
      loss="What they have measured stays; without the model they can neither go on nor be replayed."
      isPending={remove.isPending}
      problem={remove.error}
      onClose={onClose}
      onRemove={begin}
    />
  )
}
