import { Button, Group, SegmentedControl, Stack, Text, Title } from '@mantine/core'
import { useState, type JSX } from 'react'
import type { TurnPreview } from '../../../shared/routes/plan.ts'
import { answerTo, useRouteMutation } from '../data/useRoute.ts'
import type { ConfigDraft } from './form/draft.ts'
import { formatCount } from '../../../shared/text/format.ts'
import { turnLabels } from '../run/rollouts/rolloutLabels.ts'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import styles from './PromptPreview.module.css'

type Look = 'text' | 'tokens'

/** The three turns as the model would see them, with the ids of its own tokenizer. */
export function PromptPreview({
  draft,
  isValid,
}: {
  readonly draft: ConfigDraft
  readonly isValid: boolean
}): JSX.Element {
  const preview = useRouteMutation('template.preview')
  const [look, setLook] = useState<Look>('text')
  const { data, error } = answerTo(preview, { config: draft })
  const isOld = preview.data !== undefined && data === undefined
  return (
    <Stack gap={8}>
      <Group gap="sm">
        <Button
          variant="default"
          disabled={!isValid}
          loading={preview.isPending}
          onClick={() => preview.mutate({ config: { ...draft } })}
        >
          Preview the prompts
        </Button>
        {data !== undefined && (
          <SegmentedControl
            aria-label="Show as"
            data={[
              { value: 'text', label: 'Text' },
              { value: 'tokens', label: 'Tokens and ids' },
            ]}
            value={look}
            onChange={(next) => setLook(next === 'tokens' ? 'tokens' : 'text')}
          />
        )}
      </Group>
      <Text className="muted" fz={12}>
        {isOld
          ? 'The config has changed since; preview again to see it.'
          : data === undefined
            ? 'The first training problem as the model reads it, in all three turns.'
            : 'The completions between the prompts are made up: the known answer, and a verdict of “wrong”.'}
      </Text>
      <ProblemNote problem={error} />
      {data?.map((turn) => (
        <PreviewedTurn key={turn.kind} turn={turn} look={look} />
      ))}
    </Stack>
  )
}

/** Text of a model or a data file is never markup: it is put in as text, piece by piece. */
function PreviewedTurn({ turn, look }: { readonly turn: TurnPreview; readonly look: Look }): JSX.Element {
  const name = turnLabels[turn.kind]
  return (
    <section aria-label={`Prompt of the ${turn.kind}`}>
      <Title order={3} fz={13}>
        {name} <span className="muted">{formatCount(turn.ids.length)} tokens</span>
      </Title>
      {look === 'text' ? (
        <pre className="completion" tabIndex={0} aria-label={`Text of the ${turn.kind} prompt`}>
          {turn.pieces.map(({ text, isSpecial }, index) => (
            <span key={index} className={isSpecial ? styles.special : undefined}>
              {text}
            </span>
          ))}
        </pre>
      ) : (
        <div
          className={styles.tokens}
          tabIndex={0}
          role="group"
          aria-label={`Tokens of the ${turn.kind} prompt`}
        >
          {turn.pieces.map(({ text, isSpecial }, index) => (
            <span key={index} className={isSpecial ? `${styles.token} ${styles.special}` : styles.token}>
              <span className={styles.text}>{visibleText(text)}</span>
              <span className={styles.id}>{turn.ids[index]}</span>
            </span>
          ))}
        </div>
      )}
    </section>
  )
}

/** Spaces and line ends are seen only when they are drawn. */
function visibleText(text: string): string {
  return text.replaceAll(' ', '␣').replaceAll('\n', '⏎').replaceAll('\t', '⇥')
}
