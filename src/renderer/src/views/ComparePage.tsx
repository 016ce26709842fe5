import type { JSX } from 'react'
export function ComparePage(props: { readonly runIds: readonly string[] }): JSX.Element { return <div>{String(props.runIds)}</div> }
