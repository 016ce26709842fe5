import { yaml } from '@codemirror/lang-yaml'
import { Button, useComputedColorScheme } from '@mantine/core'
import CodeMirror, { Annotation, EditorView, type ViewUpdate } from '@uiw/react-codemirror'
import { useCallback, useLayoutEffect, useState, type JSX } from 'react'
import { draftYaml, parseDraftYaml, type ConfigDraft } from './draft.ts'
import styles from './YamlEditor.module.css'

const extensions = [
  yaml(),
  EditorView.lineWrapping,
  EditorView.contentAttributes.of({ 'aria-label': 'Config as YAML', 'data-path': 'yaml' }),
]

// one object for all renderings: a new one sets the editor up anew, under a selection or a word that is being
// composed
const basicSetup = { foldGutter: false, highlightActiveLine: false }

/** Marks a text that the form put into the editor: it is not sent back to the form. */
const fromForm = Annotation.define<true>()

export interface YamlEditorProps {
  readonly draft: ConfigDraft
  readonly onChange: (draft: ConfigDraft) => void
  /** Whether a text stands here that could not be read, so that the draft is not what one sees. */
  readonly onUnread: (isUnread: boolean) => void
}

/** The draft as YAML, both ways: what is typed is kept as typed as long as it means the same. */
export function YamlEditor({ draft, onChange, onUnread }: YamlEditorProps): JSX.Element {
  const scheme = useComputedColorScheme('light', { getInitialValueInEffect: false })
  const [view, setView] = useState<EditorView | null>(null)
  const [first] = useState(() => draftYaml(draft))
  // what the editor's text means
  const [meant, setMeant] = useState(() => parseDraftYaml(first))
  const isCurrent = 'problem' in meant || JSON.stringify(meant.draft) === JSON.stringify(draft)
  // not by the editor's `value`: on a busy page it puts an older text back over one that was typed meanwhile
  useLayoutEffect(() => {
    if (!isCurrent) showDraft(view, draft)
  }, [view, isCurrent, draft])
  const change = useCallback(
    (text: string, update: ViewUpdate): void => {
      const next = parseDraftYaml(text)
      setMeant(next)
      onUnread('problem' in next)
      const isOwn = update.transactions.some((transaction) => transaction.annotation(fromForm))
      if ('draft' in next && !isOwn) onChange(next.draft)
    },
    [onChange, onUnread],
  )
  return (
    <div className={styles.editor}>
      <CodeMirror
        value={first}
        onCreateEditor={setView}
        onChange={change}
        extensions={extensions}
        theme={scheme}
        minHeight="15rem"
        maxHeight="46vh"
        placeholder="Every field has its default. Type here, or use the form."
        basicSetup={basicSetup}
        // Tab goes on to what follows, as it does everywhere
        indentWithTab={false}
      />
      {'problem' in meant && (
        <div role="alert" className={styles.problem}>
          Not read, so the form keeps what it had: {meant.problem}
          <Button size="compact-xs" variant="default" ml={8} onClick={() => showDraft(view, draft)}>
            Put the form’s text back
          </Button>
        </div>
      )}
    </div>
  )
}

function showDraft(view: EditorView | null, draft: ConfigDraft): void {
  const insert = draftYaml(draft)
  if (view === null || view.state.doc.toString() === insert) return
  const changes = { from: 0, to: view.state.doc.length, insert }
  view.dispatch({ changes, annotations: fromForm.of(true) })
}
