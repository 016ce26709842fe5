/**
 * What a report consists of, in an order, whatever it is written as. All texts are plain: a writer escapes
 * them.
 */
export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'table'
      readonly titles: readonly string[]
      readonly rows: readonly (readonly string[])[]
    }
  /** Shown as it is, folded under a title where there is one. */
  | { readonly kind: 'code'; readonly text: string; readonly title: string | null }
  | { readonly kind: 'picture'; readonly title: string; readonly svg: string }

export interface ReportDocument {
  readonly title: string
  readonly blocks: readonly Block[]
}
