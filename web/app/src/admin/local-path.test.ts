import { expect, test } from 'vitest'
import { localPath } from './local-path'

test('leads to pages of ours only', () => {
  expect(localPath('/sops?state=live')).toBe('/sops?state=live')
  for (const elsewhere of [undefined, '', 'sops', 'https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)']) {
    expect(localPath(elsewhere)).toBe('/')
  }
})
