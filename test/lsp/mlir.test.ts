import { describe, expect, it } from 'vitest';
import { tinyModule } from '../unit/formats/mlir/module';
import { ModelFolder } from './modelFolder';

const folder = new ModelFolder('mlir-');

describe('a text of StableHLO', () => {
  it('opens as a listing with hovers', async () => {
    const client = await folder.start();
    const document = await client.open(await folder.written('m.mlir', tinyModule));
    expect(document.listing?.state).toBe('ok');
    expect(await document.hoverText(document.at('stablehlo.dot_general'))).toContain('48 OP matrix');
  });

  it('that is no module says so', async () => {
    const client = await folder.start();
    const document = await client.open(await folder.written('empty.mlir', 'module @empty {\n}\n'));
    expect(document.listing?.state).toBe('unreadable');
  });
});
