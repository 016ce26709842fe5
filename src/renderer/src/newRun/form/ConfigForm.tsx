import { Fieldset, Switch, Text, TextInput } from '@mantine/core'
import type { JSX } from 'react'
import { useFieldAccess, type ConfigForm as Form } from './useConfigForm.ts'
import { shownGroups, type FormFilter } from './groups.ts'
import { FieldInput } from './FieldInput.tsx'
import { GroupField } from './GroupField.tsx'
import styles from './ConfigForm.module.css'

export interface ConfigFormProps {
  readonly form: Form
  readonly filter: FormFilter
  readonly onFilter: (filter: FormFilter) => void
  /** What is wrong beyond the schema, by path. */
  readonly notes: ReadonlyMap<string, string>
  /** Of the data file, where those of the config are not among them. */
  readonly columns: readonly string[]
}

/** Every field of the schema in its group; made from the schema, so that none is missing. */
export function ConfigForm({ form, filter, onFilter, notes, columns }: ConfigFormProps): JSX.Element {
  const { draft, checked } = form
  const groups = shownGroups(draft, filter, new Set([...checked.byPath.keys(), ...notes.keys()]))
  const access = useFieldAccess(form)
  return (
    <div className={styles.form}>
      <div className="form-tools">
        <TextInput
          aria-label="Find a field"
          placeholder="Find a field"
          value={filter.text}
          onChange={(event) => onFilter({ ...filter, text: event.currentTarget.value })}
          className={styles.search}
        />
        <Switch
          label="Only what differs from the defaults"
          checked={filter.onlyChanged}
          onChange={(event) => onFilter({ ...filter, onlyChanged: event.currentTarget.checked })}
        />
      </div>
      {groups.length === 0 && (
        <Text className="muted">
          {filter.text.trim() === ''
            ? 'Nothing differs from the defaults.'
            : 'No field has these words in its name or meaning.'}
        </Text>
      )}
      {groups.map((group) => (
        <Fieldset key={group.title} legend={group.title} className={styles.group}>
          {group.fields.map((field) =>
            field.inner.length > 0 ? (
              <GroupField
                key={field.path}
                field={field}
                notes={notes}
                columns={columns}
                form={access}
                problems={checked.byPath}
              />
            ) : (
              <FieldInput key={field.path} field={field} form={access} note={notes.get(field.path) ?? null} />
            ),
          )}
        </Fieldset>
      ))}
    </div>
  )
}
