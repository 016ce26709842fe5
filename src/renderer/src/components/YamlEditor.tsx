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

/** A text as it was typed, and what it means. */
interface Typed {
  readonly text: string
  readonly meant: ReturnType<typeof parseDraftYaml>
}

/** The draft as YAML, both ways: what is typed is kept as typed as long as it means the same. */
export function YamlEditor(props: {
  readonly draft: ConfigDraft
  readonly onChange: (draft: ConfigDraft) => void
}): JSX.Element {
  const { draft, onChange } = props
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false })
  const [typed, setTyped] = useState<Typed | null>(null)
  const isCurrent =
    typed !== null &&
    ('problem' in typed.meant || JSON.stringify(typed.meant.draft) === JSON.stringify(draft))
  const text = isCurrent ? typed.text : draftYaml(draft)
  const problem = isCurrent && 'problem' in typed.meant ? typed.meant.problem : null
  const change = (next: string): void => {
    const meant = parseDraftYaml(next)
    setTyped({ text: next, meant })
    if ('draft' in meant) onChange(meant.draft)
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
      {problem !== null && (
        <div role="alert" style={{ color: 'var(--bad)', padding: '4px 8px', fontSize: '0.75rem' }}>
          Not read, so the form keeps what it had: {problem}
        </div>
      )}
    </div>
  )
}
