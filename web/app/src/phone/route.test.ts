import { describe, expect, it } from 'vitest'
import { accountHref, contactHref, placeOf } from './route'

describe('the place of an address', () => {
  it('is found for every page', () => {
    expect(placeOf('/m', '')).toEqual({ page: 'day' })
    expect(placeOf('/m/day/', '')).toEqual({ page: 'day' })
    expect(placeOf('/m/alerts', '?x=1')).toEqual({ page: 'alerts' })
    expect(placeOf('/m/contact', '')).toEqual({ page: 'contact', external: '' })
    expect(placeOf('/m/elsewhere', '')).toEqual({ page: 'nowhere' })
    expect(placeOf('/m/account/0', '')).toEqual({ page: 'nowhere' })
    expect(placeOf('/m/account/x', '')).toEqual({ page: 'nowhere' })
  })

  it('is what the address was made of', () => {
    const [path = '', search = ''] = contactHref('wm a&b').split('?')
    expect(placeOf(path, `?${search}`)).toEqual({ page: 'contact', external: 'wm a&b' })
    expect(placeOf(accountHref(7), '')).toEqual({ page: 'account', id: 7 })
  })
})
