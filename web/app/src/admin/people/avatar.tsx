import { companyInitial, initial, tintOf } from './initial'
import './people.css'

interface AvatarProps {
  id: number
  name: string
  /** Companies are square, people round. */
  company?: boolean
  size?: number
}

/** Who it is, at a glance; the name beside it says it in words. */
export function Avatar({ id, name, company = false, size = 32 }: AvatarProps) {
  return (
    <span
      className={`avatar tint-${tintOf(id)}${company ? ' company' : ''}`}
      style={{ width: size, height: size, fontSize: Math.round(size * 0.36) }}
      aria-hidden
    >
      {company ? companyInitial(name) : initial(name)}
    </span>
  )
}
