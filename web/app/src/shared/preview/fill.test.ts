import { describe, expect, it } from 'vitest'
import { bytesOf, fill, momentColumns, sizeOf } from './fill'

const names = { name: '王小明', rep: '李雷' }

describe('fill', () => {
  it('fills fields in and leaves the rest as it is', () => {
    expect(fill('{name}您好，我是{rep}', names)).toEqual([
      { kind: 'field', text: '王小明' },
      { kind: 'text', text: '您好，我是' },
      { kind: 'field', text: '李雷' },
    ])
  })
  it('takes the fallback where there is no value, and says where there is neither', () => {
    expect(fill('{name|朋友}', { name: '', rep: '' })).toEqual([{ kind: 'field', text: '朋友' }])
    expect(fill('{name}', { name: '', rep: '' })).toEqual([{ kind: 'missing', text: '{name}' }])
  })
  it('knows no other field', () => {
    expect(fill('{company}', names)).toEqual([{ kind: 'text', text: '{company}' }])
  })
  it('ends an address where Chinese punctuation begins', () => {
    expect(fill('看 https://a.cn/b?c=1。好', names)).toEqual([
      { kind: 'text', text: '看 ' },
      { kind: 'link', text: 'https://a.cn/b?c=1' },
      { kind: 'text', text: '。好' },
    ])
  })
})

describe('measures', () => {
  it('counts a Chinese character as three bytes', () => expect(bytesOf('六触a')).toBe(7))
  it('sets one, four and nine pictures as WeChat does', () => expect([1, 2, 3, 4, 9].map(momentColumns)).toEqual([1, 2, 3, 2, 3]))
  it('writes sizes for people', () => expect([sizeOf(900), sizeOf(2048), sizeOf(3_500_000)]).toEqual(['900 B', '2.0 KB', '3.3 MB']))
})
