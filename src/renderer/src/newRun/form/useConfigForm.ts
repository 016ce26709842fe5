import { toNestErrors } from '@hookform/resolvers'
import { useCallback, useEffect, useMemo } from 'react'
import { useController, useForm, useWatch, type Control, type Resolver } from 'react-hook-form'
import type { ConfigField } from '../../../../shared/config/fields.ts'
import type { Stage } from '../../../../shared/runs/records.ts'
import { checkDraft, draftOf, formValues, replacedBy, type CheckedDraft, type ConfigDraft } from './draft.ts'

/** Every field of the schema by its dotted path, and whatever else a YAML text has. */
type FormValues = Record<string, unknown>
interface FormContext {
  readonly stage: Stage
}
export type ConfigControl = Control<FormValues, FormContext>

export interface ConfigForm {
  readonly control: ConfigControl
  /** What the values mean: only what differs from the defaults. */
  readonly draft: ConfigDraft
  readonly checked: CheckedDraft
  /**
   * Puts another draft into the form, made of the present one: a preset, a YAML text, a group switched on or
   * off.
   */
  readonly replace: (change: (draft: ConfigDraft) => ConfigDraft) => void
  /** Sets one field by its path. */
  readonly set: (path: string, value: unknown) => void
}

/**
 * `parseConfig` is the only door to a config, with its rules between fields and its words: so it is the
 * resolver too.
 */
const resolver: Resolver<FormValues, FormContext> = (values, context, options) => {
  const { byPath } = checkDraft(draftOf(values), context?.stage ?? 'self-correction')
  const errors = Object.fromEntries([...byPath].map(([path, message]) => [path, { type: 'config', message }]))
  return { values: {}, errors: toNestErrors(errors, options) }
}

/**
 * The one form of a config. Its values are the truth; YAML, differences and start read the draft made of
 * them.
 */
export function useConfigForm(first: ConfigDraft, stage: Stage): ConfigForm {
  const context = useMemo(() => ({ stage }), [stage])
  const { control, trigger, reset, setValue, getValues } = useForm<FormValues, FormContext>({
    defaultValues: formValues(first),
    context,
    resolver,
    // one change can make another field wrong: all are checked at once, by the effect below
    mode: 'onSubmit',
  })
  const values = useWatch({ control })
  const draft = useMemo(() => draftOf(values), [values])
  const checked = useMemo(() => checkDraft(draft, stage), [draft, stage])
  // only when it says something new, so that typing draws one field and not all of them
  const words = JSON.stringify([...checked.byPath])
  useEffect(() => void trigger(), [words, trigger])
  const replace = useCallback(
    (change: (draft: ConfigDraft) => ConfigDraft) => reset(formValues(change(draftOf(getValues())))),
    [reset, getValues],
  )
  const set = useCallback((path: string, value: unknown) => setValue(path, value), [setValue])
  return { control, draft, checked, replace, set }
}

/** What a field needs of the form; the same object as long as the form is. */
export type FieldAccess = Pick<ConfigForm, 'control' | 'set' | 'replace'>

export function useFieldAccess({ control, set, replace }: ConfigForm): FieldAccess {
  return useMemo(() => ({ control, set, replace }), [control, set, replace])
}

export interface FieldOfForm {
  readonly value: unknown
  readonly problem: string | null
  readonly change: (value: unknown) => void
}

/** One field of the form; drawn again only when its own value or problem changes. */
export function useConfigField(form: FieldAccess, config: ConfigField): FieldOfForm {
  const { field, fieldState } = useController({ control: form.control, name: config.path })
  return {
    value: field.value,
    problem: fieldState.error?.message ?? null,
    change: (value) => {
      field.onChange(value)
      for (const replaced of replacedBy(config, value)) form.set(replaced, null)
    },
  }
}
