import type { ReactNode } from 'react'
import { type Operation, useMay } from './may'

/** What leads to an operation: only for those who may use it. */
export function Allowed({ to, children }: { to: Operation; children: ReactNode }) {
  return useMay()(to) ? children : null
}
