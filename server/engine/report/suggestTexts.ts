import type { Change, Fact, Option, Suggestion } from '../mapping/suggest/types';
import { known, type Words } from './print/words';

/** Numbers of a text, written in the reader's language. */
type Args = Readonly<Record<string, string>>;

/** What a suggestion says in one line. */
export function suggestionTitle(suggestion: Suggestion, words: Words): string {
  return words.text(`suggest.title.${suggestion.code}`, argsOf(suggestion, words));
}

/** What to do: the setting, the option or the edit. */
export function changeText(change: Change, words: Words): string {
  if (change.kind === 'graph') return words.text(`suggest.edit.${change.value}`);
  const value = typeof change.value === 'string' ? change.value : pairs(change.value);
  return words.text(`suggest.do.${change.kind}`, { value });
}

function pairs(values: object): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(', ');
}

/** How the gain comes about, with the numbers in it: the difference, then what stands behind it. */
export function explanation(suggestion: Suggestion, words: Words): readonly string[] {
  return [
    formulaText(suggestion, words),
    words.text(`suggest.why.${suggestion.code}`, argsOf(suggestion, words)),
  ].filter((line) => line !== '');
}

/** `7 ms − 1.23 ms = 5.76 ms`, or that it is unknown. */
function formulaText({ gain, seconds }: Option, words: Words): string {
  const { before, after } = seconds;
  if (!gain.seconds || before === null || after === null)
    return gain.bytes === null
      ? words.text('suggest.formula.unknown')
      : words.text('suggest.formula.bytes', { gain: signed(gain.bytes, words.bytes) });
  return words.text(gain.isPerSample ? 'suggest.formula.sample' : 'suggest.formula.run', {
    before: words.seconds(before),
    after: words.seconds(after),
    gain: signed(gain.seconds.value, words.seconds),
    low: signed(gain.seconds.low, words.seconds),
    high: signed(gain.seconds.high, words.seconds),
  });
}

/** What the change may cost; empty for nothing. */
export function riskText({ risk }: Option, words: Words): string {
  return words.text(`suggest.risk.${risk}`);
}

/** What is saved of the time, as a share with its amount, or of memory where no time is. */
export function savingText({ gain, seconds: { before } }: Option, words: Words): string {
  if (gain.seconds && before) {
    const share = words.percent(gain.seconds.value / before);
    const amount = signed(gain.seconds.value, words.seconds);
    return words.text(gain.isPerSample ? 'suggest.saving.sample' : 'suggest.saving.run', { share, amount });
  }
  return known(gain.bytes, (bytes) => signed(bytes, words.bytes), words);
}

/** Between which bounds the gain in time lies. */
export function gainRange({ gain: { seconds } }: Option, words: Words): string {
  return known(
    seconds,
    ({ low, high }) => `${signed(low, words.seconds)} – ${signed(high, words.seconds)}`,
    words,
  );
}

/** Another way with what it saves. */
export function otherText(option: Option, words: Words): string {
  return words.text('suggest.other', {
    change: changeText(option.change, words),
    saving: savingText(option, words),
    risk: riskText(option, words),
  });
}

/** A quantity that may be a loss. */
export function signed(value: number, write: (value: number) => string): string {
  return value < 0 ? `−${write(-value)}` : write(value);
}

function argsOf({ facts }: Suggestion, words: Words): Args {
  return Object.fromEntries(Object.entries(facts).map(([name, fact]) => [name, factText(fact, words)]));
}

function factText(fact: Fact, words: Words): string {
  switch (fact.of) {
    case 'name':
      return fact.value;
    case 'share':
      return words.percent(fact.value);
    case 'rate':
      return words.operationsPerSecond(fact.value);
    case 'seconds':
    case 'bytes':
    case 'count':
    case 'decimal':
      return signed(fact.value, words[fact.of]);
  }
}
