import { yaml } from '@codemirror/lang-yaml'
import { useComputedColorScheme } from '@mantine/core'
import CodeMirror, { EditorView } from '@uiw/react-codemirror'
import { useState, type JSX } from 'react'
import { draftYaml, parseDraftYaml, type ConfigDraft } from '../state/configDraft.ts'

const extensions = [
  yaml(),
  EditorView.lineWrapping,
  EditorView.contentAttributes.of({ 'aria-label': 'Config as YAML' }),
]

/** The draft as YAML, both ways: what is typed is kept as typed as long as it means the same. */
export function YamlEditor(props: {
  readonly draft: ConfigDraft
  readonly onChange: (draft: ConfigDraft) => void
}): JSX.Element {
  const { draft, onChange } = props
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false })
  const [typed, setTyped] = useState<{ readonly text: string; readonly problem: string | null } | null>(null)
  const meant = typed === null ? null : parseDraftYaml(typed.text)
  const isCurrent =
    meant !== null && ('problem' in meant || JSON.stringify(meant.draft) === JSON.stringify(draft))
  const text = typed !== null && isCurrent ? typed.text : draftYaml(draft)
  const change = (next: string): void => {
    const read = parseDraftYaml(next)
    setTyped({ text: next, problem: 'problem' in read ? read.problem : null })
    if ('draft' in read) onChange(read.draft)
  }
  return (
    <div className="yaml-editor">
      <CodeMirror
        value={text}
        onChange={change}
        extensions={extensions}
        theme={scheme}
        minHeight="15rem"
        maxHeight="46vh"
        placeholder="Every field has its default. Type here, or use the form."
        basicSetup={{ foldGutter: false, highlightActiveLine: false }}
      />
      {isCurrent && typeof typed?.problem === 'string' && (
        <div role="alert" style={{ color: 'var(--bad)', padding: '4px 8px', fontSize: '0.75rem' }}>
          Not YAML yet, so the form keeps what it had: {typed.problem}
        </div>
      )}
    </div>
  )
}
