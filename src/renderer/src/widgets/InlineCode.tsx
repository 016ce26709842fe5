import { Fragment, type JSX } from 'react'

/** A sentence of the schema: what stands between backticks is code. */
export function InlineCode({ text }: { readonly text: string }): JSX.Element {
  return (
    <>
      {text
        .split('`')
        .map((part, index) =>
          index % 2 === 1 ? <code key={index}>{part}</code> : <Fragment key={index}>{part}</Fragment>,
        )}
    </>
  )
}
