// The tables that tie published names to what the project has.
import { readFileSync } from 'node:fs';
import type { GraphEntry, Names } from './interpret';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(`test/accuracy/whole/${name}.json`, 'utf8')) as unknown;

export function publishedNames(): Names {
  const { models } = read('models') as { readonly models: readonly GraphEntry[] };
  return { chips: read('chips') as Names['chips'], models };
}
