import { describe, expect, it } from 'vitest';
import { script } from '../unit/formats/torchscript/script';
import { ModelFolder } from './modelFolder';

const folder = new ModelFolder('torchscript-');

describe('an archive of TorchScript', () => {
  it('opens as a listing with hovers', async () => {
    const client = await folder.start();
    const document = await client.open(await folder.written('m.pt', script()));
    expect(document.listing?.state).toBe('ok');
    expect(await document.hoverText(document.at('aten.linear'))).toContain('linear');
  });

  it('that breaks off says so', async () => {
    const client = await folder.start();
    const document = await client.open(await folder.written('cut.pt', script().subarray(0, 300)));
    expect(document.listing?.state).toBe('unreadable');
  });
});
