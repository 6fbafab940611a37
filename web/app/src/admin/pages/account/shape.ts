import type { Schema } from '../../../shared/api'

export type Account = Schema<'AccountPage'>
export type Person = Schema<'AccountPerson'>
export type Cell = Schema<'AccountCell'>

/** The places of a buying group, in the order of their say. */
export const places = ['decide', 'tech', 'buy', 'lead', 'influence', 'use'] as const
export type Place = (typeof places)[number]

const rolesOf: Record<Place, readonly string[]> = {
  decide: ['boss', 'decision_maker'],
  tech: ['cto', 'cio'],
  buy: ['purchasing'],
  lead: ['department_head'],
  influence: ['influencer'],
  use: ['practitioner', 'intern'],
}

/** Where a role sits; undefined for who has none, and for competitors. */
export const placeOf = (role: string): Place | undefined => places.find((p) => rolesOf[p].includes(role))

/** What stands in a place: nobody, somebody who was never reached, or somebody who was. */
export type Standing = 'missing' | 'known' | 'touched'

export interface Seat {
  place: Place
  people: Person[]
  standing: Standing
}

const reached = (p: Person): boolean => p.marketing + p.sales > 0

/** The buying group: who sits where, and who has yet to be placed. Those who have left are no part of it. */
export function buyingGroup(people: Person[]): { seats: Seat[]; unplaced: Person[]; left: Person[] } {
  const present = people.filter((p) => p.present)
  const seats = places.map((place): Seat => {
    const here = present
      .filter((p) => placeOf(p.role) === place)
      .sort((a, b) => Number(b.is_kp) - Number(a.is_kp) || b.marketing + b.sales - a.marketing - a.sales)
    return { place, people: here, standing: here.length === 0 ? 'missing' : here.some(reached) ? 'touched' : 'known' }
  })
  return { seats, unplaced: present.filter((p) => placeOf(p.role) === undefined), left: people.filter((p) => !p.present) }
}
