import type { TrainerMessage } from './trainerMessages.ts'

/** What a job elsewhere says that answers one question, beside how it begins and ends. */
export type TaskMessage =
  /** What happens meanwhile: how far it is, what is to be known of model and data. */
  | { readonly type: 'told'; readonly event: unknown }
  /** Once, before it ends. */
  | { readonly type: 'answer'; readonly data: unknown }

export type JobMessage = TrainerMessage | TaskMessage

export function isTaskMessage(message: JobMessage): message is TaskMessage {
  return message.type === 'told' || message.type === 'answer'
}
