// What can go wrong before TypeScript can be run. Plain JavaScript for that reason.

const oldestNpm = [11, 16]
const nodeMajor = 24

/**
 * Why the installation cannot go on, or null.
 *
 * @param {string} node version of the Node that runs, `24.21.0`
 * @param {string | undefined} userAgent npm's `npm_config_user_agent`,
 *   `npm/11.19.1 node/v20.20.2 linux x64 …`
 */
export function checkStart(node, userAgent) {
  const npm = /^npm\/(\d+)\.(\d+)/.exec(userAgent ?? '')
  if (npm !== null && isOlder(Number(npm[1]), Number(npm[2]))) {
    return (
      `npm ${npm[1]}.${npm[2]} is too old: this project needs npm ${oldestNpm.join('.')} or newer, which reads ` +
      '"allowScripts" of package.json. Install with: npx npm@11 ci'
    )
  }
  if (Number(node.split('.')[0]) < nodeMajor) {
    return (
      `this runs on Node ${node}; the project ships Node ${nodeMajor} in node_modules/.bin, which was not found. ` +
      'Install with: npx npm@11 ci'
    )
  }
  return null
}

function isOlder(major, minor) {
  return major < oldestNpm[0] || (major === oldestNpm[0] && minor < oldestNpm[1])
}
