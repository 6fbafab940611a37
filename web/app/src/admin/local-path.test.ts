import { expect, test } from 'vitest'
import { localPath, placeOf } from './local-path'

test('leads to pages of ours only', () => {
  expect(localPath('/sops?state=live')).toBe('/sops?state=live')
  for (const elsewhere of [undefined, '', 'sops', 'https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)']) {
    expect(localPath(elsewhere)).toBe('/')
  }
})

test('knows which place of the navigation a page belongs to', () => {
  const places = {
    '/': '/',
    '/sops/1/people': '/sops',
    '/accounts/3': '/accounts',
    '/targets/1': '/accounts',
    '/leaks': '/',
    '/import/2': '/settings',
  }
  for (const [path, place] of Object.entries(places)) expect(placeOf(path)).toBe(place)
})
