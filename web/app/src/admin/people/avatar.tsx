import { companyInitial, initial, tintOf } from '../../shared/initial'
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
      style={{ width: size, height: size, fontSize: Math.round(size * (size < 26 ? 0.55 : 0.36)) }}
      translate="no"
      aria-hidden
    >
      {[...(company ? companyInitial(name) : initial(name))].slice(size < 26 ? -1 : 0).join('')}
    </span>
  )
}
