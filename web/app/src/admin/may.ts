import { useSession } from '../shared/session'

/** Whether the one who looks may change programmes and audiences. */
export function useMayChange(): boolean {
  const role: string | undefined = useSession().data?.role
  return role === 'admin' || role === 'marketer'
}
