// Writes docs/chips.md from the catalogue: `npm run chips:docs`.
import { writeFileSync } from 'node:fs';
import { chipsPage } from './chipsPage';

writeFileSync('docs/chips.md', chipsPage());
