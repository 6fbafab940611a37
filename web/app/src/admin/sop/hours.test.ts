import { describe, expect, it } from 'vitest'
import { bandOf, hoursOf, inOrder, withHours } from './hours'

const corp = { from: '08:00', to: '22:00', workdays: false }

describe('send hours', () => {
  it('are the company’s where a programme names none', () => {
    expect(hoursOf(undefined, corp)).toEqual({ ...corp, own: false })
    expect(hoursOf({ workdays: true }, corp)).toEqual({ ...corp, workdays: true, own: false })
  })

  it('are the programme’s own, filled up as the server does', () => {
    expect(hoursOf({ from: '10:00' }, corp)).toEqual({ from: '10:00', to: '20:30', workdays: false, own: true })
  })

  it('become a programme’s own by a change, both ends named', () => {
    expect(withHours(undefined, corp, { from: '10:00' })).toEqual({ from: '10:00', to: '22:00' })
    expect(withHours(undefined, { ...corp, workdays: true }, { workdays: false })).toEqual({ from: '08:00', to: '22:00' })
    expect(withHours(undefined, corp, { workdays: true })).toEqual({ from: '08:00', to: '22:00', workdays: true })
  })

  it('are the company’s again once they say the same, or nothing', () => {
    expect(withHours({ from: '10:00', to: '22:00' }, corp, { from: '08:00' })).toBeUndefined()
    expect(withHours({ from: '10:00', to: '22:00' }, corp, { from: '' })).toBeUndefined()
  })

  it('lie on the band of a day', () => {
    expect(bandOf({ from: '06:00', to: '18:00', workdays: false })).toEqual({ left: 25, width: 50 })
    expect(bandOf({ from: '18:00', to: '06:00', workdays: false }).width).toBe(0)
    expect(inOrder({ from: '09:00', to: '09:00', workdays: false })).toBe(false)
  })
})
