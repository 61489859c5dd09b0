// Writes docs/systems.md from the catalogue: `npm run systems:docs`.
import { writeFileSync } from 'node:fs';
import { systemsPage } from './systemsPage';

writeFileSync('docs/systems.md', systemsPage());
