// Prints the commands that README promises to work, one a line. Those in fences marked "bash ci app" serve
// the page until Ctrl-C: they come first, because nothing is built for them before, and each is opened in a
// browser and ended. Those marked "bash ci" end by themselves. `npm ci` and `npm test` are left out, because
// .ci/run has run them. No file, no commands: that is an error.
import { readFileSync } from 'node:fs'

const ranAlready = new Set(['npm ci', 'npm test', 'npm run check'])

/** @param {string} markdown */
export function readmeCommands(markdown) {
  const opened = commandsIn(markdown, 'bash ci app').map(
    (command) => `node tests/checks/opensPage.check.ts '${command}'`,
  )
  return [...opened, ...commandsIn(markdown, 'bash ci')]
}

function commandsIn(markdown, marked) {
  const fences = new RegExp(`^\`\`\`${marked}\\n([\\s\\S]*?)^\`\`\`$`, 'gm')
  return [...markdown.matchAll(fences)]
    .flatMap(([, block]) => block.split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .flatMap((line) => line.split(' && '))
    .filter((line) => !ranAlready.has(line))
}

if (process.argv[2] !== undefined) {
  for (const command of readmeCommands(readFileSync(process.argv[2], 'utf8'))) console.log(command)
}
