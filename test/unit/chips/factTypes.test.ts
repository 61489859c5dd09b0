import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { typesSource } from '../../../scripts/schemaTypes';
import { typedSchemas } from '../../../scripts/typedSchemas';

it.each(typedSchemas)('$file is what its schema says', async (request) => {
  expect(readFileSync(request.file, 'utf8')).toBe(await typesSource(request));
});

it('a list of one length is a tuple, others are lists', async () => {
  const items = { type: 'string' };
  const schema = {
    required: ['pair', 'some'],
    properties: {
      pair: { type: 'array', minItems: 2, maxItems: 2, items },
      some: { type: 'array', minItems: 1, maxItems: 2, items },
    },
  };
  const request = { file: '', schema, name: 'T', definitions: [], exported: [], head: [], texts: {} };
  expect(await typesSource(request)).toBe(
    'interface T {\n  readonly pair: readonly [string, string];\n  readonly some: readonly string[];\n}\n',
  );
});
