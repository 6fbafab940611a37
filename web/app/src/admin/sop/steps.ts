// Edits of a draft's steps. None of them changes what it is given.

import type { Calendar } from './calendar'
import { type Channel, channelsFor, type Definition, type Step, stepsOf, type Variant } from './model'
import { dayOf, minuteOf, movedTo } from './offset'

/** A step at its place on the ruler; number is what people call it by. */
export interface Placed {
  step: Step
  number: number
  day: number
  minute: number
}

/** Each step's place. In a chained programme a step counts from the one before it. */
export function place(definition: Definition, calendar: Calendar): Placed[] {
  const chained = definition.mode === 'chained'
  let base = 0
  return stepsOf(definition).map((step, i) => {
    const day = step.channel === 'welcome' ? 0 : base + dayOf(step.offset, calendar)
    if (chained) base = day
    return { step, number: i + 1, day, minute: step.channel === 'welcome' ? -2 : minuteOf(step.offset) }
  })
}

/** In the order of their times, unless each counts from the one before. */
function sorted(definition: Definition, calendar: Calendar): Definition {
  if (definition.mode === 'chained') return definition
  const steps = place(definition, calendar)
    .sort((a, b) => a.day - b.day || a.minute - b.minute)
    .map((p) => p.step)
  return { ...definition, steps }
}

function freeKey(taken: readonly string[], stem: string): string {
  for (let n = taken.length + 1; ; n++) if (!taken.includes(`${stem}${n}`)) return `${stem}${n}`
}

const keysOf = (definition: Definition): string[] => stepsOf(definition).map((s) => s.key)

/** A new step on that day, through that channel or what the neighbours use. */
export function addStep(
  definition: Definition,
  day: number,
  calendar: Calendar,
  channel?: Channel,
): { definition: Definition; key: string } {
  const key = freeKey(keysOf(definition), 'step-')
  const used = stepsOf(definition).findLast((s) => s.channel !== 'welcome' && s.channel !== 'tag')?.channel
  const chosen =
    channel ?? used ?? channelsFor(definition.trigger).find((c) => c === 'group_message' || c === 'group_chat') ?? 'group_message'
  const step: Step = {
    key,
    channel: chosen,
    offset: chosen === 'welcome' ? {} : { day: definition.mode === 'chained' ? Math.max(1, day) : day, at: '10:00' },
    ...(chosen === 'tag' ? { add_tags: [] } : { content: { text: '' } }),
  }
  return { definition: sorted({ ...definition, steps: [...stepsOf(definition), step] }, calendar), key }
}

/** A copy of the step on the next day. */
export function copyStep(definition: Definition, key: string, calendar: Calendar): { definition: Definition; key: string } | undefined {
  const placed = place(definition, calendar).find((p) => p.step.key === key)
  if (!placed || placed.step.channel === 'welcome') return undefined
  const copy: Step = { ...structuredClone(placed.step), key: freeKey(keysOf(definition), 'step-') }
  const chained = definition.mode === 'chained'
  if (!chained) copy.offset = movedTo(copy.offset, placed.day + 1, calendar)
  const steps = stepsOf(definition).flatMap((s) => (s.key === key ? [s, copy] : [s]))
  return { definition: sorted({ ...definition, steps }, calendar), key: copy.key }
}

export function removeStep(definition: Definition, key: string): Definition {
  return { ...definition, steps: stepsOf(definition).filter((s) => s.key !== key) }
}

export function editStep(definition: Definition, key: string, calendar: Calendar, edit: (step: Step) => Step): Definition {
  return sorted({ ...definition, steps: stepsOf(definition).map((s) => (s.key === key ? edit(s) : s)) }, calendar)
}

/** The step on that day of the ruler; never before the start unless that may be. */
export function moveStep(definition: Definition, key: string, day: number, calendar: Calendar, ahead: boolean): Definition {
  const placed = place(definition, calendar).find((p) => p.step.key === key)
  if (!placed || placed.step.channel === 'welcome') return definition
  const own = dayOf(placed.step.offset, calendar)
  const to = own + (ahead ? day : Math.max(0, day)) - placed.day
  if (to === own || (to < 0 && !ahead)) return definition
  return editStep(definition, key, calendar, (s) => ({ ...s, offset: movedTo(s.offset, to, calendar) }))
}

/** The step through another channel, with what that channel has no use for left out. */
export function toChannel(step: Step, channel: Channel): Step {
  const { add_tags, remove_tags, content, variants, test, ...rest } = step
  if (channel === 'tag') return { ...rest, channel, add_tags: add_tags ?? [], ...(remove_tags ? { remove_tags } : {}) }
  const said = content ?? variants?.[0]?.content ?? { text: '' }
  if (channel === 'welcome') {
    const { filter: _, ...unfiltered } = rest
    return { ...unfiltered, channel, offset: {}, content: said }
  }
  const offset =
    step.channel === 'welcome' || (channel === 'moment' && !step.offset.at) ? { day: step.offset.day ?? 1, at: '10:00' } : step.offset
  const parts = channel === 'rep_prompt' ? { text: said.text } : said
  if (variants && channel !== 'group_chat') return { ...rest, channel, offset, variants, ...(test ? { test } : {}) }
  return { ...rest, channel, offset, content: parts }
}

/** Two contents to be compared in place of one, beginning alike. */
export function split(step: Step): Step {
  const { content, ...rest } = step
  const said = content ?? { text: '' }
  return { ...rest, variants: [variant('a', said), variant('b', structuredClone(said))] }
}

const variant = (key: string, content: Variant['content']): Variant => ({ key, weight: 50, content })

export function addVariant(step: Step): Step {
  const variants = step.variants ?? []
  const key =
    'abcdefgh'.split('').find((k) => !variants.some((v) => v.key === k)) ??
    freeKey(
      variants.map((v) => v.key),
      'v',
    )
  return { ...step, variants: [...variants, variant(key, structuredClone(variants.at(-1)?.content ?? { text: '' }))] }
}

/** Without that variant; the last one left is the step's content again. */
export function removeVariant(step: Step, key: string): Step {
  const left = (step.variants ?? []).filter((v) => v.key !== key)
  if (left.length > 1) return { ...step, variants: left }
  const { variants: _, test: __, ...rest } = step
  return { ...rest, content: left[0]?.content ?? { text: '' } }
}
