/** C0 but for line feed and tab, DEL, C1, and marks that reverse the order in which text is shown. */
const notForTerminals = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g

function asEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/**
 * Text that a terminal shows and does not obey: a run's name, a problem or a model's answer may hold escape sequences
 * that would rename the window, hide lines or write over them. They are shown as `\u001b`.
 */
export function terminalText(text: string): string {
  return text.replaceAll(notForTerminals, asEscape)
}

/** On one line, so that a name with line feeds in it cannot pass for lines of the program. */
export function oneLine(text: string): string {
  return terminalText(text).replaceAll(/[\n\t]+/g, ' ')
}

/** One JSON document. `JSON.stringify` escapes the C0 controls alone. */
export function terminalJson(value: unknown): string {
  return terminalText(JSON.stringify(value, null, 2))
}

const commandOnRun = /\brecheck (resume|replay|show|stop|export) (run-\d{8}-\d{6}-[0-9a-f]+)/g

/**
 * Commands that a message names, so that they do what they say when they are typed as printed: for a folder that was
 * given by `--data-dir`, with it.
 */
export function withDataFolder(text: string, given: string | undefined): string {
  if (given === undefined) return text
  const folder = /^[\w./~@%+=:,-]+$/.test(given) ? given : `'${given.replaceAll("'", String.raw`'\''`)}'`
  return text.replaceAll(commandOnRun, (command) => `${command} --data-dir ${folder}`)
}
