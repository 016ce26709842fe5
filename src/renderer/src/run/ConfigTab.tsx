import { Button, Group, Switch, Table, TextInput } from '@mantine/core'
import { useMemo, useState, type JSX } from 'react'
import { stringify } from 'yaml'
import { configFields, valueAtPath, type ConfigField } from '../../../shared/config/fields.ts'
import type { Run } from '../../../shared/runs/records.ts'
import { saveFile } from '../plots/export/savePictures.ts'
import { isDefault } from '../newRun/form/draft.ts'
import { formatValue } from '../../../shared/text/format.ts'
import { fileName } from '../plots/plotSettings.ts'
import { configOf } from '../widgets/run/runConfig.ts'
import { InlineCode } from '../widgets/InlineCode.tsx'
import styles from './ConfigTab.module.css'

/** The resolved config, as the run was started with it; what differs from the defaults stands out. */
export function ConfigTab({ run }: { readonly run: Run }): JSX.Element {
  const config = useMemo(() => configOf(run), [run])
  const [onlyChanged, setOnlyChanged] = useState(false)
  const [text, setText] = useState('')
  const rows = configFields
    .map((field) => ({ field, value: valueAtPath(config, field.path) }))
    .filter(({ value }) => value !== undefined)
    .map((row) => ({ ...row, isChanged: !isDefault(row.field, row.value) }))
    .filter(
      ({ field, isChanged }) =>
        (!onlyChanged || isChanged) && field.path.toLowerCase().includes(text.toLowerCase()),
    )
  return (
    <div className={styles.tab}>
      <Group gap="md">
        <TextInput
          aria-label="Find a field"
          placeholder="Find a field"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Switch
          label="Only what differs from the defaults"
          checked={onlyChanged}
          onChange={(event) => setOnlyChanged(event.currentTarget.checked)}
        />
        <Button
          variant="default"
          onClick={() =>
            saveFile(
              new Blob([stringify(config)], { type: 'text/yaml' }),
              fileName(run.name, 'config', 'yaml'),
            )
          }
        >
          Save as YAML
        </Button>
      </Group>
      <FieldTable rows={rows} />
    </div>
  )
}

interface FieldRow {
  readonly field: ConfigField
  readonly value: unknown
  readonly isChanged: boolean
}

function FieldTable({ rows }: { readonly rows: readonly FieldRow[] }): JSX.Element {
  return (
    <div className={`panel ${styles.scroll}`}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w={260}>Field</Table.Th>
            <Table.Th w={240}>Value</Table.Th>
            <Table.Th w={160}>Default</Table.Th>
            <Table.Th>Meaning</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ field, value, isChanged }) => (
            <Table.Tr key={field.path}>
              <Table.Td className="mono">{field.path}</Table.Td>
              <Table.Td className={`mono ${styles.value}`} fw={isChanged ? 700 : 400}>
                {formatValue(value)} {field.unit !== null && <span className="muted">{field.unit}</span>}
              </Table.Td>
              <Table.Td className="mono muted">{formatValue(field.defaultValue)}</Table.Td>
              <Table.Td className="muted">
                <InlineCode text={field.description} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}
