import { Button, Stack, Text, Title } from '@mantine/core'
import { Component, type JSX, type ReactNode } from 'react'
import { ProblemNote } from '../widgets/ProblemNote.tsx'
import styles from './PageBoundary.module.css'

export interface PageBoundaryProps {
  /** Another address is another try. */
  readonly address: string
  readonly children: ReactNode
}

interface PageBoundaryState {
  readonly problem: unknown
  readonly address: string
}

/** A page that breaks says so and leaves the others usable; runs go on meanwhile. */
export class PageBoundary extends Component<PageBoundaryProps, PageBoundaryState> {
  override state: PageBoundaryState = { problem: null, address: this.props.address }

  static getDerivedStateFromError(problem: unknown): Partial<PageBoundaryState> {
    return { problem }
  }

  static getDerivedStateFromProps(
    { address }: PageBoundaryProps,
    before: PageBoundaryState,
  ): PageBoundaryState | null {
    return address === before.address ? null : { problem: null, address }
  }

  override render(): ReactNode {
    return this.state.problem === null ? this.props.children : <BrokenPage problem={this.state.problem} />
  }
}

function BrokenPage({ problem }: { readonly problem: unknown }): JSX.Element {
  return (
    <Stack p="xl" gap="sm" maw={640}>
      <Title order={1} size="h3">
        This page broke
      </Title>
      <Text>Runs go on without it. Load it again, or go to another page.</Text>
      <ProblemNote problem={problem} />
      <Button onClick={() => window.location.reload()} className={styles.again}>
        Load again
      </Button>
    </Stack>
  )
}
