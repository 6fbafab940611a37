// The server's JSON API. Types come from its OpenAPI file (`npm run types`).

import createClient, { type Middleware } from 'openapi-fetch'
import type { components, paths } from './api.gen'

/** The API's schemas, such as Schema<'Contact'>. */
export type Schema<Name extends keyof components['schemas']> = components['schemas'][Name]

/** An RFC 9457 problem: title and detail are sentences in the reader's language. */
export interface Problem {
  title: string
  detail?: string
  status: number
  code: string
  fields?: Record<string, string>
  request_id?: string
}

/** What is thrown for an answer that is a problem, or for no answer at all (status 0). */
export class ApiError extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail || problem.title)
    this.name = 'ApiError'
    this.problem = problem
  }
}

/** Whether the server could not be reached at all. */
export const isOffline = (error: unknown): boolean => error instanceof ApiError && error.problem.status === 0

// Signing in is the one thing that an anonymous page does. On a rep's phone
// WeCom says at once who it is.
const signInPage = () => (location.pathname.startsWith('/m/') ? '/login/wecom' : '/login')

const problems: Middleware = {
  async onResponse({ response }) {
    if (response.ok) return undefined
    const problem = await problemOf(response)
    if (problem.status === 401 && location.pathname !== signInPage()) {
      const next = `${location.pathname}${location.search}`
      location.assign(next === '/' ? signInPage() : `${signInPage()}?${new URLSearchParams({ next })}`)
    }
    throw new ApiError(problem)
  },
  onError({ error }) {
    if (error instanceof ApiError || (error instanceof DOMException && error.name === 'AbortError')) return error as Error
    return new ApiError({ title: '', status: 0, code: 'offline' })
  },
}

async function problemOf(response: Response): Promise<Problem> {
  if (response.headers.get('Content-Type')?.includes('json')) return (await response.json()) as Problem
  return { title: response.statusText, status: response.status, code: 'internal' }
}

export const api = createClient<paths>({ baseUrl: '/api/v1', querySerializer: { array: { style: 'form', explode: false } } })
api.use(problems)

/** The body of an answer that is no problem; problems have been thrown before. */
export async function must<T>(answer: Promise<{ data?: T }>): Promise<T> {
  return (await answer).data as T
}
