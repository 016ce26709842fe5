import { z } from 'zod'
import { stages } from '../runs/records.ts'

// What the schemas of several domains are made of. Inputs come from an untrusted page and are parsed; outputs
// come from the owner and are typed only.

export const output = <T>(): z.ZodType<T> => z.custom<T>()
export const runId = z
  .string()
  .min(1)
  .max(100, 'no run has an id of more than 100 characters; the runs page lists what there is')
export const stage = z.enum(stages)
/** Checked by `parseConfig`, whose message lists every field; here only that it is an object. */
export const config = z.record(z.string(), z.unknown())
/**
 * Names each thing once, in the order in which it was first named; the list's own limits count every mention.
 */
export const distinct = <Item extends z.ZodType>(list: z.ZodArray<Item>) =>
  list.transform((items) => [...new Set(items)])
