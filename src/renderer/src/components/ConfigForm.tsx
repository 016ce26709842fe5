import { Fieldset, Switch, Text, TextInput } from '@mantine/core'
import { useState, type JSX } from 'react'
import {
  draftValue,
  isChanged,
  withField,
  type ConfigDraft,
  type DraftProblems,
} from '../state/configDraft.ts'
import { formGroups } from '../state/formGroups.ts'
import { FieldInput } from './FieldInput.tsx'

export interface ConfigFormProps {
  readonly draft: ConfigDraft
  readonly problems: DraftProblems
  readonly onChange: (draft: ConfigDraft) => void
}

/** Every field of the schema in its group; made from the schema, so that none is missing. */
export function ConfigForm({ draft, problems, onChange }: ConfigFormProps): JSX.Element {
  const [onlyChanged, setOnlyChanged] = useState(false)
  const [text, setText] = useState('')
  const wanted = text.trim().toLowerCase()
  const groups = formGroups
    .map((group) => ({
      ...group,
      fields: group.fields.filter(
        (field) =>
          (!onlyChanged || isChanged(draft, field) || problems.byPath.has(field.path)) &&
          `${field.path} ${field.description}`.toLowerCase().includes(wanted),
      ),
    }))
    .filter((group) => group.fields.length > 0)
  return (
    <div className="config-form">
      <div className="form-tools">
        <TextInput
          aria-label="Find a field"
          placeholder="Find a field"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          style={{ flex: 1 }}
        />
        <Switch
          label="Only what differs from the defaults"
          checked={onlyChanged}
          onChange={(event) => setOnlyChanged(event.currentTarget.checked)}
        />
      </div>
      {groups.length === 0 && (
        <Text className="muted">No field here: nothing differs, or no field has these words.</Text>
      )}
      {groups.map((group) => (
        <Fieldset key={group.title} legend={group.title} className="form-group">
          {group.fields.map((field) => (
            <FieldInput
              key={field.path}
              field={field}
              value={draftValue(draft, field)}
              isChanged={isChanged(draft, field)}
              problem={problems.byPath.get(field.path) ?? null}
              onChange={(value) => onChange(withField(draft, field, value))}
            />
          ))}
        </Fieldset>
      ))}
    </div>
  )
}
