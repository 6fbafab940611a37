import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Avatar } from './avatar'
import './people.css'

interface AccountNameProps {
  id: number
  name: string
  sub?: ReactNode
  avatar?: boolean
}

/** A company: leads to its page. */
export function AccountName({ id, name, sub, avatar = true }: AccountNameProps) {
  const to: string = `/accounts/${id}`
  return (
    <span className="who">
      {avatar && <Avatar id={id} name={name} company />}
      <span className="who-words">
        <Link className="who-name" translate="no" to={to} title={name}>
          {name}
        </Link>
        {sub && (
          <span className="who-sub" translate="no">
            {sub}
          </span>
        )}
      </span>
    </span>
  )
}
