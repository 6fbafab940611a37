import type { Schema } from '../../../shared/api'

export type Welcome = Schema<'Welcome'>
export type Scope = Welcome['scope']

/** From the most specific, which wins, to the one for everybody else. */
export const scopes: Scope[] = ['rep', 'state', 'default']

/** The welcomes under what they are for, in the order in which they win. */
export function byScope(welcomes: Welcome[]): { scope: Scope; welcomes: Welcome[] }[] {
  return scopes.map((scope) => ({
    scope,
    welcomes: welcomes.filter((w) => w.scope === scope).toSorted((a, b) => a.key.localeCompare(b.key)),
  }))
}

/** The welcome that stands for a scope already; the server keeps userids in small letters. */
export const standing = (welcomes: Welcome[], scope: Scope, key: string): Welcome | undefined =>
  welcomes.find((w) => w.scope === scope && (scope === 'rep' ? w.key.toLowerCase() === key.toLowerCase() : w.key === key))

/** Whether it says anything at all. */
export const saysSomething = ({ text, attachments }: Welcome['content']): boolean => Boolean(text?.trim()) || (attachments ?? []).length > 0
