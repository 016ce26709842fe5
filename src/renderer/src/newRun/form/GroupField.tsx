import { Select, Switch } from '@mantine/core'
import { useWatch } from 'react-hook-form'
import { memo, type JSX } from 'react'
import type { ConfigField } from '../../../../shared/config/fields.ts'
import type { FieldAccess } from './useConfigForm.ts'
import { emptyGroup, isDefault, withField } from './draft.ts'
import { FieldFrame, fieldOrder, type FieldControl } from './FieldFrame.tsx'
import { FieldInput } from './FieldInput.tsx'
import styles from './GroupField.module.css'

export interface GroupFieldProps {
  readonly field: ConfigField
  readonly form: FieldAccess
  readonly problems: ReadonlyMap<string, string>
  readonly notes: ReadonlyMap<string, string>
  /** Offered for a field that names a column. */
  readonly columns: readonly string[]
}

/** A field whose value may be a group of its own: switched on or chosen first, then its inner fields. */
export const GroupField = memo(function GroupField(props: GroupFieldProps): JSX.Element {
  const { field, form, problems, notes, columns } = props
  const value: unknown = useWatch({ control: form.control, name: field.path })
  const isOpen = value !== null && typeof value === 'object'
  // put in as a whole, so that nothing of the group before stays under its name
  const change = (next: unknown): void => form.replace((draft) => withField(draft, field, next))
  return (
    <div className={isOpen ? styles.inner : undefined}>
      <FieldFrame
        field={field}
        problem={problems.get(field.path) ?? notes.get(field.path) ?? null}
        dialog={null} // what it names is within the group
        onReset={isDefault(field, value) ? null : () => change(field.defaultValue ?? null)}
      >
        {(control) => (
          <Opener
            field={field}
            value={value}
            control={control}
            onChange={(next) => change(next === own ? emptyGroup(field) : next)}
          />
        )}
      </FieldFrame>
      {isOpen &&
        field.inner.map((inner) =>
          inner.inner.length > 0 ? (
            <GroupField {...props} key={inner.path} field={inner} />
          ) : (
            <FieldInput
              key={inner.path}
              field={inner}
              form={form}
              note={notes.get(inner.path) ?? null}
              choices={inner.path.startsWith(columnFields) ? columns : inner.choices}
            />
          ),
        )}
    </div>
  )
})

/** Their values are names of columns. */
const columnFields = 'data.source.fields.'

/** Stands for a group in a list of names. */
const own = 'file'

interface OpenerProps {
  readonly field: ConfigField
  readonly value: unknown
  readonly control: FieldControl
  readonly onChange: (value: unknown) => void
}

/** On or off where the value is a group or nothing; a choice where names will do as well. */
function Opener({ field, value, control, onChange }: OpenerProps): JSX.Element {
  const isOpen = value !== null && typeof value === 'object'
  if (field.choices.length === 0) {
    return (
      <Switch
        {...control}
        checked={isOpen}
        onChange={(event) => onChange(event.currentTarget.checked ? own : null)}
      />
    )
  }
  const chosen = typeof value === 'string' && field.choices.includes(value) ? value : null
  return (
    <Select
      {...control}
      inputWrapperOrder={fieldOrder}
      data={[...field.choices, { value: own, label: 'a file of your own' }]}
      value={isOpen ? own : chosen}
      placeholder={isOpen || chosen !== null ? '' : String(value)}
      allowDeselect={false}
      onChange={onChange}
    />
  )
}
