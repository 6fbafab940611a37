import { Link } from '@tanstack/react-router'
import type { CSSProperties, ReactNode } from 'react'

import './ops.css'

export type Search = Record<string, string | number | undefined>

interface GoProps {
  to: string
  search?: Search
  className?: string
  style?: CSSProperties
  label?: string
  title?: string
  children?: ReactNode
}

/** A link to a page with filters: where a number's rows are. */
export function Go({ to, search, className, style, label, title, children }: GoProps) {
  return (
    <Link to={to} search={search as never} className={className} style={style} aria-label={label} title={title}>
      {children}
    </Link>
  )
}
