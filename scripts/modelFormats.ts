// Writes what modelFormats/modelFormats.json decides into package.json: `npm run formats`.
import { readFileSync, writeFileSync } from 'node:fs';
import { manifestFor } from './manifest';

const file = 'package.json';
writeFileSync(file, manifestFor(readFileSync(file, 'utf8')));
