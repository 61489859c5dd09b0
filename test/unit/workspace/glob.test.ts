import { describe, expect, it } from 'vitest';
import { choicesFor, modelKey, parseSettings, patternLetters } from '../../../server/workspace/choices';
import { matchesGlob } from '../../../server/workspace/glob';
import { roleOf } from '../../../server/engine/inference/sizes/roles';
import { moduleScope } from '../../../server/engine/graph/moduleScope';
import { parseJsonWithComments } from '../../../server/engine/json';

describe('globs', () => {
  it.each([
    ['*.onnx', 'models/deep/bert.onnx', true],
    ['models/*.onnx', 'models/bert.onnx', true],
    ['models/*.onnx', 'models/deep/bert.onnx', false],
    ['models/**', 'models/deep/bert.onnx', true],
    ['**/deep/*.onnx', 'models/deep/bert.onnx', true],
    ['**/bert.onnx', 'bert.onnx', true],
    ['**/ert.onnx', 'bert.onnx', false],
    ['a/**/b', 'a/b', true],
    ['a/**/b', 'a/c/d/b', true],
    ['a/**/b', 'a/cb', false],
    ['a**b', 'aXb', true],
    ['x/a**b', 'x/a/c/b', true],
    ['b?rt.{onnx,pb}', 'bert.onnx', true],
    ['{a,b{c,d}}.onnx', 'bd.onnx', true],
    ['{a,b{c,d}}.onnx', 'b.onnx', false],
    ['{,x}a', 'a', true],
    ['{*,?}/a', 'bc/a', true],
    ['a{b', 'a{b', true],
    ['{{a}', '{a', false],
    ['{{a}', 'a', false],
    ['a,b', 'a,b', true],
    ['[!b]ert.onnx', 'bert.onnx', false],
    ['[^b]ert.onnx', 'cert.onnx', true],
    ['x/[!b]ert', 'x//ert', false],
    ['[a-c]ert.onnx', 'bert.onnx', true],
    ['[a-]ert', '-ert', true],
    ['[z-a].onnx', 'b.onnx', false],
    ['[]', '[]', true],
    ['a+b(1).onnx', 'a+b(1).onnx', true],
    ['bert.onnx', 'bertXonnx', false],
    ['모델/*', '모델/가.onnx', true],
    ['?.onnx', '😀.onnx', true],
    ['', '', true],
    ['constructor', 'x/constructor', true],
  ])('%s against %s: %s', (glob, path, expected) => {
    expect(matchesGlob(glob, path)).toBe(expected);
  });

  // A matcher that goes back would try 2^n ways, or n^12: each of these would not end in the life of a machine.
  const a = 'a'.repeat(4000);
  it.each([
    [`${'*a'.repeat(2000)}b`, a],
    [`${'**a'.repeat(2000)}b`, a],
    [`${'*'.repeat(4000)}b`, a],
    [`${'{a,*a,**a}'.repeat(400)}b`, a],
    [`${'{*,a{*,a}}'.repeat(400)}b`, a],
    [`${'{'.repeat(1000)}*a${'}'.repeat(1000)}b`, a],
    [`${'[a-a]*'.repeat(600)}b`, a],
    [`${'**/a/'.repeat(800)}b`, 'a/'.repeat(2000)],
    [`${'**/'.repeat(1300)}b`, 'a/'.repeat(2000)],
    ['['.repeat(4000), a],
    [`${'+(a|b)*'.repeat(500)}c`, a],
  ])('ends for patterns that make a search go back: %.12s…', (glob, path) => {
    expect(matchesGlob(glob, path)).toBe(false);
  });

  it('ends for the settings of a hostile folder, with the model named to suit them', () => {
    const models = { '*a*a*a*a*a*a*a*a*a*a*a*ab': { phase: 'decode' } };
    const { value, problems } = parseSettings({ 'siliconlens.models': models });
    expect(problems).toEqual([]);
    expect(choicesFor(value, 'a'.repeat(60)).workload.phase).toBe('inference');
    expect(choicesFor(value, `${'a'.repeat(60)}b`).workload.phase).toBe('decode');
  });

  it('leaves patterns aside that are too long or too many, and says so; names are no patterns', () => {
    const long = 'n'.repeat(patternLetters + 1);
    const models = { [`*${long}`]: {}, [long]: { phase: 'decode' }, 'b*': {} };
    const { value, problems } = parseSettings({ models });
    expect(value.models.map(([glob]) => glob)).toEqual([long]);
    expect(problems.map(({ setting, expected }) => [setting, expected])).toEqual([
      [`models.*${long}`, 'patterns'],
      ['models.b*', 'patterns'],
    ]);
    expect(choicesFor(value, `x/${long}`).workload.phase).toBe('decode');
  });
});

describe('texts that make an expression start anew at every letter', () => {
  // At 2 MB, n^2 steps are hours.
  const n = 400_000;

  it('comments of settings', () => {
    for (const unit of ['/*', '\\"', '"\\', '//', ', ', ',"\\']) {
      const text = unit.repeat(n);
      // A backslash that no known letter follows is a mistake in a text.
      expect(parseJsonWithComments(`"${text}"`).ok).toBe(!/\\$|"$/.test(unit) || unit === '\\"');
      expect(parseJsonWithComments(`[${text}`).ok).toBe(false);
    }
  });

  it('names in models: scopes, dimensions, the first entry of an archive', () => {
    for (const unit of ['\\"', "\\'", '"', "'\\"]) {
      const metadata: [string, string][] = [['pkg.torch.onnx.name_scopes', `["${unit.repeat(n)}`]];
      expect(moduleScope({ name: '', metadata })).toBeTypeOf('string');
    }
    expect(roleOf('encoder'.repeat(n))).toBeUndefined();
    expect(roleOf('encoder_sequence')).toBe('encoder');
  });

  it('addresses of models', () => {
    expect(modelKey(`file:///w/${'#'.repeat(n)}\n#`, [])).toBe('/w/');
  });
});
