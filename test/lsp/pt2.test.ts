import { describe, expect, it } from 'vitest';
import { archive } from '../unit/formats/pytorch/program';
import { ModelFolder } from './modelFolder';

const folder = new ModelFolder('pt2-');

describe('an archive of torch.export', () => {
  it('opens as a listing with hovers', async () => {
    const client = await folder.start();
    const document = await client.open(await folder.written('m.pt2', archive()));
    expect(document.listing?.state).toBe('ok');
    expect(await document.hoverText(document.at('aten.linear'))).toContain('linear');
  });

  it('that breaks off says so', async () => {
    const client = await folder.start();
    const document = await client.open(await folder.written('cut.pt2', archive().subarray(0, 200)));
    expect(document.listing?.state).toBe('unreadable');
  });
});
