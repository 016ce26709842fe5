import { z } from 'zod'
import { errorCodeOf } from './errorCodes.ts'

/** `ErrorData` as another process sends it. */
export const ReceivedErrorData = z.object({
  code: z.string().transform(errorCodeOf),
  message: z.string(),
  data: z.record(z.string(), z.unknown()).optional(),
})
