import type { Schema } from '../../shared/api'
import { t, word } from '../../shared/i18n'
import { ChatPreview } from '../../shared/preview/chat'
import { PromptPreview } from '../../shared/preview/prompt'
import { offsetWords } from './offset-words'

/** What a programme says, step by step, as customers and reps see it. */
export function TemplateSteps({ definition }: { definition: Schema<'Definition'> }) {
  const names = { name: t('ui.sops.sample.customer'), rep: t('ui.sops.sample.rep') }
  return (
    <section className="template-steps" tabIndex={0} aria-label={t('ui.sops.look')}>
      {(definition.steps ?? []).map((step) => (
        <section className="template-step" key={step.key}>
          <h3>
            {step.name || step.key}{' '}
            <span>
              {step.channel === 'welcome' ? t('ui.sops.when.at-once') : offsetWords(step.offset, t)} · {word('channel', step.channel)}
            </span>
          </h3>
          {step.content &&
            (step.channel === 'rep_prompt' ? (
              <PromptPreview title={step.name ?? ''} content={step.content} names={names} />
            ) : (
              <ChatPreview content={step.content} names={names} />
            ))}
        </section>
      ))}
    </section>
  )
}
