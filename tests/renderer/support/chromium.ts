import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

// the shell is the same engine without what draws windows of its own: files of pages take 6 to 23 % less time in it
const places = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]

/**
 * Parts of the browser's own that no test looks at. The pop-up of its address bar is a page of 400 files, loaded anew beside
 * every page that is opened, which took longer than ours. The others are those that Playwright 1.65 switches off, and would
 * no longer: of two switches of one name Chromium takes the last.
 */
const switchedOff = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxFullPopup',
  'WebUIOmniboxAimPopup',
  'AutofillServerCommunication',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
]

/** Debian's Chromium, or what there is of its kind, without a window and without any traffic of its own. */
export function launchChromium(): Promise<Browser> {
  const executablePath = places.find((place) => existsSync(place))
  if (executablePath === undefined) {
    throw new Error(
      `The pages' tests need Chromium at ${places.join(' or ')}. On Debian and Ubuntu: apt-get install chromium-headless-shell`,
    )
  }
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      `--disable-features=${switchedOff.join()}`,
      // MB: pages that are looked at for a second collected what they would have let go of with the page
      '--js-flags=--min-semi-space-size=32',
    ],
  })
}
