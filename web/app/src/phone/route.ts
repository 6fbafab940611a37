/** Where on the phone somebody is. */
export type Place =
  | { page: 'day' }
  | { page: 'alerts' }
  | { page: 'contact'; external: string }
  | { page: 'account'; id: number }
  | { page: 'nowhere' }

/** The place of an address. */
export function placeOf(pathname: string, search: string): Place {
  const [, , page = '', part = ''] = pathname.replace(/\/+$/, '').split('/')
  if (page === '' || page === 'day') return { page: 'day' }
  if (page === 'alerts') return { page: 'alerts' }
  if (page === 'contact') return { page: 'contact', external: new URLSearchParams(search).get('external_userid') ?? '' }
  const id = Number(part)
  return page === 'account' && Number.isSafeInteger(id) && id > 0 ? { page: 'account', id } : { page: 'nowhere' }
}

/** The address of somebody's sidebar. */
export const contactHref = (external: string): string => `/m/contact?${new URLSearchParams({ external_userid: external })}`

/** The address of a company's page. */
export const accountHref = (id: number): string => `/m/account/${id}`
