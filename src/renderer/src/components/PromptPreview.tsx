import { Button, Stack, Text, Title } from '@mantine/core'
import type { JSX } from 'react'
import type { TurnPreview } from '../../../shared/routes.ts'
import { useChange } from '../hooks/useRoute.ts'
import type { ConfigDraft } from '../state/configDraft.ts'
import { formatCount } from '../state/format.ts'
import { turnWords } from '../state/rolloutWords.ts'
import { ProblemNote } from './ProblemNote.tsx'

/** The three turns as the model would see them, with the ids of its own tokenizer. */
export function PromptPreview({
  draft,
  isValid,
}: {
  readonly draft: ConfigDraft
  readonly isValid: boolean
}): JSX.Element {
  const preview = useChange('template.preview')
  return (
    <Stack gap={8}>
      <Button
        variant="default"
        disabled={!isValid}
        loading={preview.isPending}
        onClick={() => preview.mutate({ config: { ...draft } })}
        style={{ alignSelf: 'flex-start' }}
      >
        Preview the prompts
      </Button>
      <ProblemNote problem={preview.error} />
      {preview.data?.map((turn) => (
        <PreviewedTurn key={turn.kind} turn={turn} />
      ))}
    </Stack>
  )
}

function PreviewedTurn({ turn }: { readonly turn: TurnPreview }): JSX.Element {
  return (
    <section aria-label={`Prompt of the ${turn.kind}`}>
      <Title order={3} fz={13}>
        {turnWords[turn.kind]} <span className="muted">{formatCount(turn.ids.length)} tokens</span>
      </Title>
      <pre className="completion" tabIndex={0} aria-label={`Text of the ${turn.kind} prompt`}>
        {turn.text}
      </pre>
      <Text className="mono muted" fz={11} style={{ overflowWrap: 'anywhere' }} lineClamp={4}>
        {turn.ids.join(' ')}
      </Text>
    </section>
  )
}
