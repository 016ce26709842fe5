// Prints the commands that README promises to work, one a line: those in fences marked "bash ci". `npm ci` and
// `npm test` are left out, because .ci/run has run them. No file, no commands: that is an error.
import { readFileSync } from 'node:fs'

const ranAlready = new Set(['npm ci', 'npm test', 'npm run check'])

/** @param {string} markdown */
export function readmeCommands(markdown) {
  const blocks = [...markdown.matchAll(/^```bash ci\n([\s\S]*?)^```$/gm)].map((match) => match[1])
  return blocks
    .flatMap((block) => block.split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .flatMap((line) => line.split(' && '))
    .filter((line) => !ranAlready.has(line))
}

if (process.argv[2] !== undefined) {
  for (const command of readmeCommands(readFileSync(process.argv[2], 'utf8'))) console.log(command)
}
