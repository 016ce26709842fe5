import { Autocomplete, Select, Switch, TagsInput, Textarea, TextInput } from '@mantine/core'
import { useState, type JSX } from 'react'
import type { ConfigField } from '../../../shared/configFields.ts'
import { readFieldText, writeFieldText } from '../state/configDraft.ts'
import { fieldLabel } from '../state/formGroups.ts'
import { formatValue } from '../state/format.ts'
import { Words } from './Words.tsx'

export interface FieldInputProps {
  readonly field: ConfigField
  readonly value: unknown
  readonly isChanged: boolean
  readonly problem: string | null
  readonly onChange: (value: unknown) => void
}

/** The control that fits a field of the schema, with its unit, default, meaning and what is wrong with it. */
export function FieldInput(props: FieldInputProps): JSX.Element {
  const { field, value, problem, onChange } = props
  const common = {
    label: <Label {...props} />,
    description: <Words text={field.description} />,
    error: problem,
    'data-path': field.path,
  }
  if (field.kind === 'switch') {
    return (
      <Switch
        {...common}
        checked={value === true}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    )
  }
  if (field.kind === 'choice') {
    const chosen = typeof value === 'string' && field.choices.includes(value) ? value : null
    return (
      <Select
        {...common}
        data={[...field.choices]}
        value={chosen}
        allowDeselect={false}
        onChange={onChange}
      />
    )
  }
  if (field.kind === 'list') {
    return <TagsInput {...common} value={Array.isArray(value) ? value.map(String) : []} onChange={onChange} />
  }
  return <WrittenInput {...props} common={common} />
}

function Label({ field, isChanged }: FieldInputProps): JSX.Element {
  return (
    <span>
      {fieldLabel(field.path)}
      {field.unit !== null && <span className="field-unit"> {field.unit}</span>}
      {isChanged && <span className="field-default"> default {formatValue(field.defaultValue ?? null)}</span>}
    </span>
  )
}

interface WrittenInputProps extends FieldInputProps {
  readonly common: {
    readonly label: JSX.Element
    readonly description: JSX.Element
    readonly error: string | null
  }
}

/** What is typed stays as typed while it means the value: `0.0` on the way to `0.05` must not become `0`. */
function WrittenInput({ field, value, onChange, common }: WrittenInputProps): JSX.Element {
  const [typed, setTyped] = useState('')
  const isTyped = JSON.stringify(readFieldText(field, typed)) === JSON.stringify(value)
  const text = isTyped ? typed : writeFieldText(value)
  const change = (next: string): void => {
    setTyped(next)
    onChange(readFieldText(field, next))
  }
  const placeholder = field.nullable ? 'not set' : ''
  if (field.choices.length > 0) {
    return (
      <Autocomplete
        {...common}
        data={[...field.choices]}
        value={text}
        onChange={change}
        placeholder={placeholder}
      />
    )
  }
  if (field.path === 'notes') {
    return (
      <Textarea
        {...common}
        autosize
        minRows={2}
        value={text}
        onChange={(event) => change(event.currentTarget.value)}
      />
    )
  }
  return (
    <TextInput
      {...common}
      value={text}
      placeholder={placeholder}
      onChange={(event) => change(event.currentTarget.value)}
      inputMode={field.kind === 'integer' || field.kind === 'number' ? 'decimal' : 'text'}
    />
  )
}
