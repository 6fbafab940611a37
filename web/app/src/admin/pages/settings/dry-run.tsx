import { Button } from 'antd'
import { api, must } from '../../../shared/api'
import { formatNumber, t } from '../../../shared/i18n'
import { useChange } from '../../change'
import { RepName } from '../../people/rep-name'
import { ReachNote } from '../../reach-note'
import { Panel } from './panel'
import type { Routing } from './routing-rules'

const days = 30

/** How the leads of the last days would have gone by these rules. */
export function DryRun({ rules }: { rules: Routing }) {
  const run = useChange(() => must(api.POST('/routing/dry-run', { body: { days, rules } })), [], '')
  const r = run.data
  return (
    <Panel
      title={t('ui.routing.try')}
      lede={
        <>
          {t('ui.routing.try.lede', { n: days })} <ReachNote />
        </>
      }
      actions={
        <Button loading={run.isPending} onClick={() => run.mutate()}>
          {t('ui.routing.try.run')}
        </Button>
      }
    >
      <div aria-live="polite">
        {r && (
          <>
            <p className="says">{t('ui.routing.try.says', { n: r.leads, changed: r.changed })}</p>
            <dl className="facts">
              {Object.entries(r.by_route).map(([route, n]) => (
                <div key={route}>
                  <dt>{t(`ui.routing.route.${route}`)}</dt>
                  <dd>{formatNumber(n)}</dd>
                </div>
              ))}
            </dl>
            <ul className="list">
              {r.by_rep.map(({ rep_id, leads }) => (
                <li key={rep_id}>
                  <div className="grow">
                    <RepName id={rep_id} />
                  </div>
                  {formatNumber(leads)}
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    </Panel>
  )
}
