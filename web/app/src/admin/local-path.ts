/** A page of ours to go to after signing in; never another site's. */
export function localPath(next: string | undefined): string {
  if (!next?.startsWith('/') || next.startsWith('//') || next.includes('\\')) return '/'
  return next
}

/** Whether nobody has to be signed in at an address. */
export const beforeSigningIn = (path: string): boolean => path === '/login' || path.startsWith('/setup/')

// Pages that belong to a place without lying below it.
const homes: Record<string, string> = { matches: '/accounts', targets: '/accounts', leaks: '/', cohorts: '/settings', import: '/settings' }

/** The place of the navigation that a page belongs to. */
export function placeOf(path: string): string {
  const first = path.split('/')[1] ?? ''
  return homes[first] ?? `/${first}`
}
