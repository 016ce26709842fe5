import type { Rational } from './rational.ts'

/** A formula as a tree. Subtraction is a sum with a negative; a mixed number is one `number`. */
export type Expression =
  | { readonly kind: 'number'; readonly value: Rational }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'constant'; readonly name: 'pi' | 'e' | 'i' | 'infinity' }
  /** 101 in base 2; compared as written. */
  | { readonly kind: 'based'; readonly digits: string; readonly base: string }
  | { readonly kind: 'sum'; readonly terms: readonly Expression[] }
  | { readonly kind: 'product'; readonly factors: readonly Expression[] }
  | { readonly kind: 'negative'; readonly of: Expression }
  | { readonly kind: 'quotient'; readonly over: Expression; readonly under: Expression }
  | { readonly kind: 'power'; readonly base: Expression; readonly exponent: Expression }
  | { readonly kind: 'root'; readonly degree: number; readonly of: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }

/** One text for one tree: equal keys mean the same formula as written, up to brackets and spacing. */
export function expressionKey(expression: Expression): string {
  switch (expression.kind) {
    case 'number':
      return `${expression.value.numerator}/${expression.value.denominator}`
    case 'variable':
      return `$${expression.name}`
    case 'constant':
      return expression.name
    case 'based':
      return `${expression.digits}_${expression.base}`
    case 'sum':
      return `(+ ${expression.terms.map(expressionKey).join(' ')})`
    case 'product':
      return `(* ${expression.factors.map(expressionKey).join(' ')})`
    case 'negative':
      return `(- ${expressionKey(expression.of)})`
    case 'quotient':
      return `(/ ${expressionKey(expression.over)} ${expressionKey(expression.under)})`
    case 'power':
      return `(^ ${expressionKey(expression.base)} ${expressionKey(expression.exponent)})`
    case 'root':
      return `(root ${expression.degree} ${expressionKey(expression.of)})`
    case 'call':
      return `(${expression.name} ${expression.args.map(expressionKey).join(' ')})`
  }
}

/** The parts of a formula, one level down. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'number':
    case 'variable':
    case 'constant':
    case 'based':
      return []
    case 'sum':
      return expression.terms
    case 'product':
      return expression.factors
    case 'negative':
    case 'root':
      return [expression.of]
    case 'quotient':
      return [expression.over, expression.under]
    case 'power':
      return [expression.base, expression.exponent]
    case 'call':
      return expression.args
  }
}

export function variablesOf(expression: Expression): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (part: Expression): void => {
    if (part.kind === 'variable') found.add(part.name)
    childrenOf(part).forEach(visit)
  }
  visit(expression)
  return found
}

export function contains(expression: Expression, test: (part: Expression) => boolean): boolean {
  return test(expression) || childrenOf(expression).some((part) => contains(part, test))
}
