import { useQueryClient } from '@tanstack/react-query'
import { t } from '../shared/i18n'
import { useFaults, usePlay } from './data'
import { demo } from './demo'
import { Panel } from './panel'
import { Problem } from './problem'
import type { Fault } from './types'

/** What can go wrong with WeCom, each with a switch. */
export function Faults() {
  const client = useQueryClient()
  const faults = useFaults()
  const turn = usePlay(async (f: Fault) => {
    client.setQueryData(['demo', 'faults'], await demo.fault(f.name, !f.on))
  })
  return (
    <Panel title={t('sim.faults')} lede={t('sim.faults.lede')}>
      <ul className="faults">
        {faults.data?.faults.map((f) => (
          <li key={f.name}>
            <div>
              <strong id={`fault-${f.name}`}>{t(`sim.fault.${f.name}`)}</strong>
              <p>{t(`sim.fault.${f.name}.says`)}</p>
            </div>
            <button
              type="button"
              role="switch"
              aria-checked={f.on}
              aria-labelledby={`fault-${f.name}`}
              className="toggle"
              disabled={turn.isPending}
              onClick={() => turn.mutate(f)}
            />
          </li>
        ))}
      </ul>
      {faults.isPending && <p className="notice">{t('sim.loading')}</p>}
      <Problem error={faults.error} retry={() => void faults.refetch()} />
      <Problem error={turn.error} retry={() => turn.variables && turn.mutate(turn.variables)} />
      <p className="hint">
        <a href="/queue">{t('sim.faults.see')}</a>
      </p>
    </Panel>
  )
}
