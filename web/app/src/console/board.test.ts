import { describe, expect, it } from 'vitest'
import { boardFromSearch, openChats, phonesMost, reduce, searchOf } from './board'

const empty = boardFromSearch('')

describe('the board', () => {
  it('keeps what is shown in the address', () => {
    const search = '?show=m:ZhouYu,c:wm1&known=wm1&drawer=ledger'
    expect(searchOf(boardFromSearch(search))).toBe(search)
    expect(searchOf(empty)).toBe('')
    expect(boardFromSearch('?show=x,c:&drawer=attic').phones).toEqual([])
  })
  it('makes room for a new phone and shows none twice', () => {
    const ids = Array.from({ length: phonesMost + 1 }, (_, i) => `c:${i}` as const)
    const full = reduce(empty, { do: 'show', phones: ids })
    expect(full.phones).toEqual(ids.slice(1))
    expect(reduce(full, { do: 'show', phones: ['c:3'] }).phones).toEqual(full.phones)
  })
  it('forgets what is known about somebody whose phone is put away', () => {
    const board = reduce(reduce(empty, { do: 'show', phones: ['c:1', 'm:a'] }), { do: 'know', customer: '1' })
    expect(reduce(board, { do: 'hide', phone: 'm:a' }).known).toBe('1')
    expect(reduce(board, { do: 'hide', phone: 'c:1' })).toMatchObject({ phones: ['m:a'], known: '' })
  })
  it('names the chats that are open on members’ phones', () => {
    let board = reduce(empty, { do: 'show', phones: ['c:1', 'm:a', 'm:b'] })
    board = reduce(board, { do: 'view', phone: 'm:a', view: { chat: '1' } })
    board = reduce(board, { do: 'view', phone: 'm:b', view: { chat: 'app' } })
    expect(openChats(board)).toEqual(['a:1'])
  })
})
