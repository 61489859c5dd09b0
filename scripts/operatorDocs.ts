// Writes docs/operators.md from the operator table: `npm run operators:docs`.
import { writeFileSync } from 'node:fs';
import { operatorPage } from './operatorPage';
import { operatorSources } from './operatorSources';

writeFileSync('docs/operators.md', operatorPage(operatorSources()));
