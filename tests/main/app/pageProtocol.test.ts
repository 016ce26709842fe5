import '../../electron/electronHooks.ts'
import assert from 'node:assert/strict'
import { test } from 'node:test'

const { isPageAddress, pageFile } = await import('../../../src/main/app/pageProtocol.ts')

test('an address names a file of the page’s folder, or nothing', () => {
  const file = (path: string): string | null => pageFile(`app://recheck${path}`, '/srv/page')
  assert.equal(file('/index.html'), '/srv/page/index.html')
  assert.equal(file('/assets/a%20b.js?x=1#y'), '/srv/page/assets/a b.js')
  assert.equal(file('/../secret.js'), '/srv/page/secret.js', 'the address itself cannot climb')
  assert.equal(file('/%2e%2e/secret.js'), '/srv/page/secret.js')
  for (const path of ['/..%2fsecret.js', '/a%2f..%2f..%2fsecret.js', '/..%2fpage-beside/a.js', '/%']) {
    assert.equal(file(path), null, path)
  }
  for (const address of ['app://other/index.html', 'file:///srv/page/index.html', 'no address', '']) {
    assert.equal(pageFile(address, '/srv/page'), null, address)
  }
})

test('only our own scheme and host are the page', () => {
  assert.ok(isPageAddress('app://recheck/index.html#/runs'))
  for (const address of [
    'app://recheck.example/',
    'app://x@evil/',
    'https://recheck/',
    'null',
    '',
    'about:blank',
    'blob:app://recheck/1',
  ]) {
    assert.equal(isPageAddress(address), false, address)
  }
})
