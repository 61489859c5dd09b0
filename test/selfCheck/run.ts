// Writes docs/self-check.md: `npm run self-check`.
import { writeFileSync } from 'node:fs';
import '../setup';
import { selfCheck, selfCheckPage } from './page';

writeFileSync('docs/self-check.md', selfCheckPage(await selfCheck('.cache/self-check')));
