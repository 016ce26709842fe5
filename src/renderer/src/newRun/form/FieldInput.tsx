import { Autocomplete, Select, Switch, TagsInput, Textarea, TextInput } from '@mantine/core'
import { memo, useState, type JSX } from 'react'
import type { ConfigField } from '../../../../shared/config/fields.ts'
import { useConfigField, type FieldAccess } from './useConfigForm.ts'
import { dataFileEndings } from '../../widgets/path/dataFileEndings.ts'
import { usePathDialog } from '../../widgets/path/usePathDialog.ts'
import { isDefault, readFieldText, writeFieldText } from './draft.ts'
import { FieldFrame, fieldOrder, type FieldControl } from './FieldFrame.tsx'

const dataFiles = [
  { name: 'Data', endings: dataFileEndings },
  { name: 'All files', endings: ['*'] },
]

export interface FieldInputProps {
  readonly field: ConfigField
  readonly form: FieldAccess
  /** What is wrong with it beyond the schema: a folder that is not there. */
  readonly note: string | null
  /** What is offered; absent = the schema's own. */
  readonly choices?: readonly string[]
}

/** The control that fits a field of the schema, with its unit, default, meaning and what is wrong with it. */
export const FieldInput = memo(function FieldInput({
  field: schemaField,
  form,
  note,
  choices,
}: FieldInputProps): JSX.Element {
  const { value, problem, change } = useConfigField(form, schemaField)
  const field = choices === undefined ? schemaField : { ...schemaField, choices }
  const dialog = usePathDialog({
    kind: field.pathOf ?? 'file',
    title: `Choose a ${field.pathOf}: ${field.label}`,
    filters: field.pathOf === 'file' ? dataFiles : [],
    startAt: typeof value === 'string' ? value : '',
    onPath: change,
  })
  return (
    <FieldFrame
      field={field}
      problem={problem ?? note}
      dialog={field.pathOf === null ? null : dialog}
      onReset={
        field.defaultValue === undefined || isDefault(field, value)
          ? null
          : () => change(field.defaultValue ?? null)
      }
    >
      {(control) => <Control field={field} value={value} control={control} onChange={change} />}
    </FieldFrame>
  )
})

interface ControlProps {
  readonly field: ConfigField
  readonly value: unknown
  readonly control: FieldControl
  readonly onChange: (value: unknown) => void
}

function Control(props: ControlProps): JSX.Element {
  const { field, value, control, onChange } = props
  if (field.kind === 'switch') {
    return (
      <Switch
        {...control}
        checked={value === true}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    )
  }
  if (field.kind === 'choice') {
    const chosen = typeof value === 'string' && field.choices.includes(value) ? value : null
    return (
      <Select
        {...control}
        inputWrapperOrder={fieldOrder}
        data={[...field.choices]}
        value={chosen}
        placeholder={chosen === null ? writeFieldText(value) : ''}
        allowDeselect={false}
        onChange={onChange}
      />
    )
  }
  if (field.kind === 'list') {
    const items = Array.isArray(value) ? value.map(String) : []
    return (
      <TagsInput
        {...control}
        inputWrapperOrder={fieldOrder}
        data={[...field.choices]}
        value={items}
        onChange={onChange}
      />
    )
  }
  return <WrittenInput {...props} />
}

/** What is typed stays as typed while it means the value: `0.0` on the way to `0.05` must not become `0`. */
function WrittenInput({ field, value, onChange, control }: ControlProps): JSX.Element {
  const [typed, setTyped] = useState('')
  const isTyped = JSON.stringify(readFieldText(field, typed)) === JSON.stringify(value)
  const text = isTyped ? typed : writeFieldText(value)
  const change = (next: string): void => {
    setTyped(next)
    onChange(readFieldText(field, next))
  }
  const input = { ...control, inputWrapperOrder: fieldOrder, value: text }
  const placeholder = field.nullable ? 'not set' : ''
  if (field.choices.length > 0) {
    return (
      <Autocomplete
        {...input}
        data={[...field.choices]}
        // all of them, also while the field still holds a value that is none of them
        filter={({ options }) => options}
        onChange={change}
        placeholder={placeholder}
      />
    )
  }
  const onInput = (event: { readonly currentTarget: { readonly value: string } }): void =>
    change(event.currentTarget.value)
  if (field.path === 'notes') return <Textarea {...input} autosize minRows={1} onChange={onInput} />
  return (
    <TextInput
      {...input}
      placeholder={placeholder}
      onChange={onInput}
      inputMode={field.kind === 'integer' || field.kind === 'number' ? 'decimal' : 'text'}
    />
  )
}
