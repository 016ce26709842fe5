import { plainText } from '../../../shared/text/plainText.ts'

/** One JSON document. `JSON.stringify` escapes the C0 controls alone. */
export function terminalJson(value: unknown): string {
  return plainText(JSON.stringify(value, null, 2))
}

const commandOnRun = /\brecheck (resume|replay|show|stop|export) (run-\d{8}-\d{6}-[0-9a-f]+)/g

/**
 * Commands that a message names, so that they do what they say when they are typed as printed: for a folder
 * that was given by `--data-dir`, with it.
 */
export function withDataFolder(text: string, given: string | undefined): string {
  if (given === undefined) return text
  const folder = /^[\w./~@%+=:,-]+$/.test(given) ? given : `'${given.replaceAll("'", String.raw`'\''`)}'`
  return text.replaceAll(commandOnRun, (command) => `${command} --data-dir ${folder}`)
}
