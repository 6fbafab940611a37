import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { t } from '../../shared/i18n'
import { Avatar } from './avatar'
import './people.css'

interface ContactNameProps {
  id: number
  name: string
  /** What is said below the name: the position, the company. */
  sub?: ReactNode
  avatar?: boolean
}

/** A contact: leads to their page. */
export function ContactName({ id, name, sub, avatar = true }: ContactNameProps) {
  const shown = name || t('ui.person.nameless', { id: String(id) })
  const to: string = `/contacts/${id}`
  return (
    <span className="who">
      {avatar && <Avatar id={id} name={name} />}
      <span className="who-words">
        <Link className="who-name" translate="no" to={to} title={shown}>
          {shown}
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
