import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeDetector } from '../../changeDetector';
import { middle, type Claim } from '../../selfCheck/claim';
import { selfCheck, selfCheckPage } from '../../selfCheck/page';

const folder = mkdtempSync(join(tmpdir(), 'siliconlens-self-check-'));
afterAll(() => rmSync(folder, { recursive: true }));
let claims: readonly Claim[] = [];
// Every command of the page, on real models.
beforeAll(async () => {
  claims = await selfCheck(folder);
}, 600_000);

const claim = (words: RegExp): Claim => claims.find(({ said }) => words.test(said))!;

describe('the self-check', () => {
  it('says of each number what is computed, by which commands, and why', () => {
    expect(claims.length).toBeGreaterThanOrEqual(6);
    for (const { said, computed, reason, commands } of claims) {
      for (const text of [said, computed, reason]) expect(text).toMatch(/[.]$/);
      expect(computed).not.toContain('NaN');
      expect(commands.length, said).toBeGreaterThan(0);
    }
  });

  it('finds what follows from counting alone', () => {
    // One byte in the place of four.
    expect(claim(/INT8/)).toMatchObject({
      verdict: 'reproduced',
      computed: expect.stringContaining('0.2500') as string,
    });
    // transformers: 109,482,240 and 66,362,880 parameters, 1 - 0.6062.
    expect(claim(/DistilBERT/).computed).toContain('39.4 % fewer');
    // torchvision: 25,557,032 and 3,504,872 parameters; exports fold the normalisations of both.
    expect(claim(/MobileNet/).computed).toMatch(/7\.[23]\d? times/);
    // 27,648 x 7.8e12 and 9,216 x 540e9
    expect(claim(/Summit/).computed).toContain('2.21 x 10^17');
    expect(claim(/AlphaGo/)).toMatchObject({
      verdict: 'not',
      computed: expect.stringContaining('204 kW') as string,
    });
  });

  it('has no verdict on what no document makes checkable', () => {
    expect(claim(/Wh/).verdict).toBe('not checkable');
    expect(claim(/Gaudi/).verdict).toBe('not checkable');
  });
});

it('takes the middle of an odd and of an even number', () => {
  expect(middle([3, 1, 2])).toBe(2);
  expect(middle([4, 1, 3, 2])).toBe(2.5);
});

changeDetector('the page of the self-check', () => {
  it('is current', () => {
    expect(readFileSync('docs/self-check.md', 'utf8')).toBe(selfCheckPage(claims));
  });
});
