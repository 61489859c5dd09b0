// Writes the types of chip and system files from their schemas: `npm run types`.
import { writeFileSync } from 'node:fs';
import { typedSchemas } from './typedSchemas';
import { typesSource } from './schemaTypes';

for (const request of typedSchemas) writeFileSync(request.file, await typesSource(request));
