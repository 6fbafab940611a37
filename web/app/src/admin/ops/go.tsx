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
  /** In a tab of its own: where the reader is in the middle of deciding something. */
  beside?: boolean
  children?: ReactNode
}

/** A link to a page with filters: where a number's rows are. */
export function Go({ to, search, className, style, label, title, beside, children }: GoProps) {
  const target = beside ? '_blank' : undefined
  return (
    <Link to={to} search={search as never} className={className} style={style} aria-label={label} title={title} target={target}>
      {children}
    </Link>
  )
}
