// Writes the types of chip files from their schema: `npm run chips:types`.
import { writeFileSync } from 'node:fs';
import { chipTypesFile, chipTypesSource } from './chipsTypesSource';

writeFileSync(chipTypesFile, await chipTypesSource());
