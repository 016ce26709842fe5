import type { JSX } from 'react'
export function NewRunPage(props: { readonly likeRunId: string | null }): JSX.Element { return <div>{String(props.likeRunId)}</div> }
