import type { Asked } from './states'

/** Two questions as one: waits for both, says what failed, and asks again what is not known. */
export function together<A, B>(one: Asked<A>, other: Asked<B>): Asked<[A, B]> {
  const unknown = [one, other].filter((q) => q.data === undefined)
  return {
    data: one.data === undefined || other.data === undefined ? undefined : [one.data, other.data],
    error: one.error ?? other.error,
    isPending: unknown.length > 0 && unknown.every((q) => q.isPending),
    isFetching: unknown.some((q) => q.isFetching),
    refetch: () => unknown.map((q) => q.refetch()),
  }
}
