import katex from 'katex'
import 'katex/dist/katex.min.css'
import { useLayoutEffect, useRef, type JSX } from 'react'
import type { MathPiece } from './mathPieces.ts'
import styles from './Formula.module.css'

/** Ems, and expansions of macros, beyond which a formula is no formula. */
const mostEms = 10
const mostExpansions = 300

/**
 * A formula as TeX would set it, built of nodes and never of markup. It is somebody else's text: no link,
 * picture or class of its own (`trust`), and what KaTeX cannot set stands as it was written.
 */
export function Formula({ piece }: { readonly piece: MathPiece }): JSX.Element {
  const { source, tex, isDisplay } = piece
  const element = useRef<HTMLSpanElement>(null)
  useLayoutEffect(() => {
    const place = element.current
    if (place === null || tex === null) return
    try {
      katex.render(tex, place, {
        displayMode: isDisplay,
        throwOnError: true,
        trust: false,
        strict: 'ignore',
        maxSize: mostEms,
        maxExpand: mostExpansions,
      })
    } catch {
      // TeX that is wrong, or nested deeper than the stack: the text itself is what there is to see
      place.textContent = source
    }
  }, [source, tex, isDisplay])
  return <span ref={element} className={styles.formula} title={source} />
}
