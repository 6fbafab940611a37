/** A page of ours to go to after signing in; never another site's. */
export function localPath(next: string | undefined): string {
  if (!next?.startsWith('/') || next.startsWith('//') || next.includes('\\')) return '/'
  return next
}

/** Whether nobody has to be signed in at an address. */
export const beforeSigningIn = (path: string): boolean => path === '/login' || path.startsWith('/setup/')
