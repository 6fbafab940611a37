import { t } from '../../shared/i18n'
import { Avatar } from './avatar'
import { useReps } from './reps'

interface RepNameProps {
  /** 0 is nobody. */
  id: number
  /** Looked up among the reps when it is left out. */
  name?: string
  avatar?: boolean
}

/** One of ours. */
export function RepName({ id, name, avatar = true }: RepNameProps) {
  return name === undefined && id !== 0 ? <LookedUp id={id} avatar={avatar} /> : <Named id={id} name={name ?? ''} avatar={avatar} />
}

function LookedUp({ id, avatar }: { id: number; avatar: boolean }) {
  const reps = useReps()
  return <Named id={id} name={reps.data?.find((r) => r.id === id)?.name ?? ''} avatar={avatar} />
}

function Named({ id, name, avatar }: { id: number; name: string; avatar: boolean }) {
  if (id === 0) return <span className="soft">{t('ui.rep.nobody')}</span>
  return (
    <span className="rep">
      {avatar && <Avatar id={id} name={name} size={22} />}
      <span className="rep-name" translate="no">
        {name || t('ui.rep.unknown')}
      </span>
    </span>
  )
}
