import { ActionIcon, Tooltip } from '@mantine/core'
import { IconArrowBackUp, IconHelp } from '@tabler/icons-react'
import type { JSX } from 'react'
import type { ConfigField } from '../../../../shared/config/fields.ts'
import { formatValue } from '../../../../shared/text/format.ts'
import { InlineCode } from '../../widgets/InlineCode.tsx'
import { ChooseButton } from '../../widgets/path/ChooseButton.tsx'
import { PathNote } from '../../widgets/path/PathRow.tsx'
import type { PathDialog } from '../../widgets/path/usePathDialog.ts'
import styles from './FieldFrame.module.css'

/** Inputs of a row stand side by side, however long their meanings are. */
export const fieldOrder: ('label' | 'input' | 'error' | 'description')[] = [
  'label',
  'input',
  'error',
  'description',
]

/** What every control of a field is given. */
export interface FieldControl {
  readonly label: JSX.Element
  readonly description: JSX.Element
  readonly error: string | null
  readonly 'data-path': string
}

export interface FieldFrameProps {
  readonly field: ConfigField
  readonly problem: string | null
  /** Back to the default; null where it has it. */
  readonly onReset: (() => void) | null
  /** Of a field whose text may be a path; null for all others. */
  readonly dialog: PathDialog | null
  readonly children: (control: FieldControl) => JSX.Element
}

/**
 * A field's name, unit, default, meaning and problem; beside the name its term of art explained, and the way
 * back.
 */
export function FieldFrame({ field, problem, onReset, dialog, children }: FieldFrameProps): JSX.Element {
  return (
    <div className={styles.field} data-changed={onReset !== null}>
      {children({
        label: <span className={styles.label}>{field.label}</span>,
        description: <Meaning field={field} />,
        error: problem,
        'data-path': field.path,
      })}
      <div className={styles.tools}>
        {dialog !== null && <ChooseButton dialog={dialog} size="compact-xs" className={styles.choose} />}
        {field.hint !== null && (
          <Tooltip label={<InlineCode text={field.hint} />}>
            <ActionIcon size={18} aria-label={`What “${field.label}” means`}>
              <IconHelp size={14} />
            </ActionIcon>
          </Tooltip>
        )}
        {onReset !== null && (
          <Tooltip label={`Back to the default: ${defaultText(field)}`}>
            <ActionIcon size={18} aria-label={`${field.label}: back to the default`} onClick={onReset}>
              <IconArrowBackUp size={14} />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
      {dialog !== null && <PathNote dialog={dialog} />}
    </div>
  )
}

/** What it means, then its default with the unit. */
function Meaning({ field }: { readonly field: ConfigField }): JSX.Element {
  return (
    <>
      <InlineCode text={asSentence(field.description)} />
      {field.defaultValue !== undefined && (
        <span className={styles.defaultValue}> Default {defaultText(field)}.</span>
      )}
    </>
  )
}

/** A symbol or a name of the config keeps its case. */
function asSentence(text: string): string {
  return `${/^[a-z]{2}/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text}.`
}

/** In the field's own words: `null` of a group is off, of another field not set. */
function defaultText({ defaultValue, kind, unit }: ConfigField): string {
  // units stand in the plural: 1 update per step
  const ofNumber = defaultValue === 1 ? unit?.replace(/^([a-z]+)s /, '$1 ') : unit
  if (typeof defaultValue === 'number') return [formatValue(defaultValue), ofNumber ?? ''].join(' ').trim()
  return wordOf(defaultValue, kind) + (unit === null ? '' : `, else in ${unit}`)
}

function wordOf(value: unknown, kind: ConfigField['kind']): string {
  if (value === null || value === undefined) return kind === 'group' ? 'off' : 'not set'
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  if (value === '' || (Array.isArray(value) && value.length === 0)) return 'none'
  return Array.isArray(value) ? value.join(', ') : formatValue(value)
}
