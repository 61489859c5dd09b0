import { messageFrom } from './messages';
import en from './en/glossary.json';
import ko from './ko/glossary.json';

type GlossaryKey = keyof typeof en;

/** What can be explained: a term has a name, what it is, why it matters, and an example. */
export type Term = GlossaryKey extends infer K ? (K extends `glossary.${infer T}.name` ? T : never) : never;

/** All terms, in the order in which they are kept. */
export const glossaryTerms = Object.keys(en)
  .map((key) => /^glossary\.(\w+)\.name$/.exec(key)?.[1])
  .filter((term): term is Term => term !== undefined);

export const glossaryMessage = messageFrom(en, ko);
