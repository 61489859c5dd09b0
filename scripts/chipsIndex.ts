// Writes catalogue/index.ts from the JSON files beside it: `npm run chips:index`.
import { readdirSync, writeFileSync } from 'node:fs';
import { indexSource } from './chipsIndexSource';

const folder = 'server/engine/chips/catalogue';
writeFileSync(`${folder}/index.ts`, indexSource(readdirSync(folder)));
