import { companyInitial, initial, tintOf } from '../../shared/initial'

interface AvatarProps {
  id: number
  name: string
  size?: number
  company?: boolean
}

/** What stands for a person, or for a company: signs of the name in a tint of their own. */
export function Avatar({ id, name, size = 44, company = false }: AvatarProps) {
  return (
    <span
      className={`avatar tint-${tintOf(id)}${company ? ' company' : ''}`}
      style={{ width: size, height: size, fontSize: size * 0.36 }}
      aria-hidden="true"
    >
      {company ? companyInitial(name) : initial(name)}
    </span>
  )
}
