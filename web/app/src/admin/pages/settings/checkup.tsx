import { CheckCircleFilled, CloseCircleFilled, ExclamationCircleFilled, ExportOutlined, MinusCircleOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Button, Progress } from 'antd'
import { api, must, type Schema } from '../../../shared/api'
import { formatInstant, t } from '../../../shared/i18n'
import { Allowed } from '../../allowed'
import { useChange } from '../../change'
import { Ask, Nothing } from '../../states'
import { useLook } from '../../theme'
import { Panel } from './panel'
import { bySeverity, type FindingStatus, verdict } from './severity'

type Report = Schema<'Checkup'>
type Finding = Report['findings'][number]

const busyNow = (report?: Report) => report?.state === 'queued' || report?.state === 'running'

function Mark({ status }: { status: FindingStatus }) {
  const { palette } = useLook()
  const label = t(`ui.set.checkup.${status}`)
  if (status === 'ok') return <CheckCircleFilled aria-label={label} style={{ color: palette.good }} />
  if (status === 'fault') return <CloseCircleFilled aria-label={label} style={{ color: palette.bad }} />
  if (status === 'warning') return <ExclamationCircleFilled aria-label={label} style={{ color: palette.waiting }} />
  return <MinusCircleOutlined aria-label={label} style={{ color: palette.quiet }} />
}

function Row({ finding }: { finding: Finding }) {
  return (
    <li className="finding">
      <span className="finding-mark">
        <Mark status={finding.status} />
      </span>
      <div className="grow">
        <strong>{finding.title}</strong> <span translate="no">{finding.detail}</span>
        {finding.advice && (
          <div className="finding-advice">
            {finding.advice}{' '}
            {finding.place && (
              <a href={finding.place} target="_blank" rel="noreferrer">
                {t('ui.set.checkup.place')} <ExportOutlined aria-hidden />
              </a>
            )}
          </div>
        )}
      </div>
    </li>
  )
}

function Findings({ report }: { report: Report }) {
  if (report.state !== 'done')
    return (
      <>
        <Progress
          strokeColor="var(--brand)"
          aria-label={t('ui.set.checkup.running')}
          percent={Math.min(99, Math.round((100 * report.findings.length) / report.expected))}
          status="active"
        />
        <p role="status" className="soft">
          {report.findings.at(-1)?.title ?? t('ui.set.checkup.waiting')}
        </p>
      </>
    )
  return (
    <>
      <p className={`checkup-verdict ${verdict(report.findings)}`}>
        {t(`ui.set.checkup.verdict.${verdict(report.findings)}`, {
          n: report.findings.filter((f) => f.status === verdict(report.findings)).length,
        })}
      </p>
      <ul className="list">
        {bySeverity(report.findings).map((f) => (
          <Row key={`${f.check} ${f.detail}`} finding={f} />
        ))}
      </ul>
    </>
  )
}

/** What the doctor found, what is worst first, and what to do about it. */
export function Checkup() {
  const query = useQuery({
    queryKey: ['doctor'],
    queryFn: () => must(api.GET('/doctor')),
    refetchInterval: (q) => (busyNow(q.state.data) ? 700 : false),
  })
  const ask = useChange(() => must(api.POST('/doctor')), [['doctor']], '')
  const busy = ask.isPending || busyNow(query.data)
  const start = (
    <Allowed to="askCheckup">
      <Button type="primary" loading={busy} onClick={() => ask.mutate()}>
        {t('ui.set.checkup.start')}
      </Button>
    </Allowed>
  )
  const at = query.data?.finished_at
  return (
    <Panel
      title={t('ui.set.checkup')}
      lede={at ? t('ui.set.checkup.at', { at: formatInstant(at) }) : undefined}
      actions={at || busy ? start : undefined}
    >
      <Ask query={query}>
        {(report) => (report.state !== 'never' ? <Findings report={report} /> : <Nothing why={t('ui.set.checkup.never')}>{start}</Nothing>)}
      </Ask>
    </Panel>
  )
}
