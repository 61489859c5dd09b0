// Writes catalogue/index.ts of chips and systems from the JSON files beside it: `npm run catalogues`.
import { readdirSync, writeFileSync } from 'node:fs';
import { catalogues, indexSource } from './catalogueIndexSource';

for (const one of catalogues)
  writeFileSync(`${one.folder}/index.ts`, indexSource(one, readdirSync(one.folder)));
