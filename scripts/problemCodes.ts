// Writes server/engine/problemArgs.ts from the English texts of problems: `npm run problems`.
import { writeFileSync } from 'node:fs';
import texts from '../l10n/en/problems.json';
import { problemArgsSource } from './problemCodesSource';

writeFileSync('server/engine/problemArgs.ts', problemArgsSource(texts));
