import { useQuery } from '@tanstack/react-query'
import { api, must, type Schema } from '../../shared/api'
import { t } from '../../shared/i18n'
import { Go } from '../go'
import { useServerNow } from '../parts/clock'
import { Ask, Failed, Loading, Nothing } from '../parts/states'
import { currentCustomer, insideWeCom } from '../wecom'
import { Company } from './company'
import { Head } from './head'
import { Lines } from './lines'
import { LogOutcome } from './log-outcome'
import { Now } from './now'
import { Reasons } from './reasons'

/** The sidebar: who is in this chat, and what to do now. */
export function Contact({ external }: { external: string }) {
  const asked = useQuery({
    queryKey: ['customer in the chat'],
    queryFn: currentCustomer,
    enabled: external === '' && insideWeCom(),
    retry: 1,
  })
  const id = external || asked.data
  if (id) return <Sidebar external={id} />
  return (
    <main>
      <h1>{t('m.contact')}</h1>
      {!insideWeCom() && (
        <Nothing title={t('m.contact.where')} hint={t('m.contact.where.hint')}>
          <Go to="/m/day" className="button primary">
            {t('m.to.day')}
          </Go>
        </Nothing>
      )}
      {insideWeCom() && asked.isPending && <Loading />}
      {asked.isError && (
        <Nothing title={t('m.contact.where')} hint={asked.error.message}>
          <button type="button" className="button" onClick={() => void asked.refetch()}>
            {t('m.retry')}
          </button>
        </Nothing>
      )}
    </main>
  )
}

function Sidebar({ external }: { external: string }) {
  const query = useQuery({
    queryKey: ['me', 'contact', external],
    queryFn: () => must(api.GET('/me/contact', { params: { query: { external_userid: external } } })),
    refetchInterval: 30_000,
  })
  if (query.isError && query.data === undefined) {
    return (
      <main>
        <h1>{t('m.contact')}</h1>
        <Failed error={query.error} retry={() => void query.refetch()} />
      </main>
    )
  }
  return (
    <main>
      <Ask query={query} heading={<h1 className="unseen">{t('m.contact')}</h1>} loading={<Loading rows={5} />}>
        {(c) => <Known contact={c} />}
      </Ask>
    </main>
  )
}

function Known({ contact }: { contact: Schema<'MyContact'> }) {
  const now = useServerNow(contact.now)
  return (
    <>
      <Head contact={contact} />
      <Company contact={contact} />
      <Now contact={contact} now={now} />
      <LogOutcome contact={contact} />
      <Reasons contact={contact} />
      <Lines contact={contact} now={now} />
    </>
  )
}
