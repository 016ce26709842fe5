import { z } from 'zod'

/**
 * What the window's own dialog is to ask for: a path of this computer. Comes from an untrusted page, and is
 * parsed.
 */
export const PathQuestion = z
  .strictObject({
    /** `save`: of something that is not there yet, a file or a folder. */
    kind: z.enum(['folder', 'file', 'save']),
    /** `Choose a model folder` */
    title: z.string().min(1).max(200),
    /** Files that are offered, the first ones at once; none = all. A folder's dialog has no use for them. */
    filters: z
      .array(
        z
          .strictObject({
            name: z.string().min(1).max(100),
            /** Without a dot; `*` = any. */
            endings: z
              .array(z.string().regex(/^(\*|[a-z0-9]{1,20})$/))
              .min(1)
              .max(20)
              .readonly(),
          })
          .readonly(),
      )
      .max(10)
      .readonly(),
    /** A path as it stands in the field, `~` included: where the dialog begins, as far as there is such a place. */
    startAt: z.string().max(1000),
  })
  .readonly()
export type PathQuestion = z.infer<typeof PathQuestion>
