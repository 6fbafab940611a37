import { expect, test } from 'vitest'
import { deviceOf } from './device'

test('names the browser, and not whom it pretends to be', () => {
  const chrome = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36'
  expect(deviceOf(chrome)).toBe('Chrome · Windows')
  expect(deviceOf(`${chrome} Edg/140.0`)).toBe('Edge · Windows')
  expect(deviceOf('Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Mobile wxwork/4.1.36 MicroMessenger/7.0')).toBe(
    'WeCom · iOS',
  )
  expect(deviceOf('Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605 Version/18 Safari/605')).toBe('Safari · macOS')
  expect(deviceOf('curl/8')).toBe('')
})
