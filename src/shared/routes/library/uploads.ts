import { z } from 'zod'
import { output } from '../parts.ts'

/**
 * Bytes of one piece of an upload: with base64's third more, and the request around it, within what the
 * server takes as one body.
 */
export const uploadPieceBytes = 655_360

const uploadId = z.string().min(1).max(100)

/**
 * A file of the page's machine, piece by piece, into a temporary file of the owner's: the same in a window,
 * in a browser and through a tunnel. No path of the page's machine means anything to the owner.
 */
export const uploadRoutes = {
  'upload.begin': {
    input: z.strictObject({
      /** Of the file alone: it says the format, and is shown. */
      name: z.string().min(1).max(255),
      bytes: z.int().min(1),
    }),
    output: output<{ readonly uploadId: string }>(),
  },
  'upload.append': {
    input: z.strictObject({
      uploadId,
      /** What has been taken before. */
      offset: z.int().min(0),
      base64: z.base64().max(Math.ceil(uploadPieceBytes / 3) * 4),
    }),
    output: output<{ readonly received: number }>(),
  },
  /** Done with it: the temporary file goes. */
  'upload.drop': { input: z.strictObject({ uploadId }), output: output<null>() },
} as const
