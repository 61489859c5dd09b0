import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson, parseJsonWithComments, type ParsedJson } from '../../server/engine/json';

const text = `{
  "id": "a",
  "memory": [{ "name": "HBM" }, { "name": "L2", "capacityBytes": 1e6 }],
  "power": {},
  "id": "b"
}`;

function part(parsed: ParsedJson, path: readonly (string | number)[], ofKey = false): string {
  if (!parsed.ok) throw new Error('no JSON');
  const { start, end } = parsed.json.spanOf(path, ofKey);
  return text.slice(start, end);
}

/** What `JSON.parse` says; undefined where it throws. */
function reference(source: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(source) as unknown };
  } catch {
    return undefined;
  }
}

describe('JSON with places', () => {
  const parsed = parseJson(text);

  it('finds values, names, and the nearest part of what is not there', () => {
    expect(part(parsed, ['memory', 1, 'capacityBytes'])).toBe('1e6');
    expect(part(parsed, ['memory', 1, 'capacityBytes'], true)).toBe('"capacityBytes"');
    // An object or a list is underlined at its name, or at its bracket where it has none.
    expect(part(parsed, ['memory'])).toBe('"memory"');
    expect(part(parsed, ['memory', 0])).toBe('{');
    expect(part(parsed, ['power'])).toBe('{}');
    expect(part(parsed, ['memory', 1, 'bandwidth', 'value'])).toBe('{');
    expect(part(parsed, ['nothing'])).toBe('{');
    // Of a name that is given twice the last one counts.
    expect(part(parsed, ['id'])).toBe('"b"');
  });

  it('has the place of the first mistake', () => {
    const at = (source: string): number | null => {
      const result = parseJson(source);
      return result.ok ? null : result.at.start;
    };
    expect(at('{ "a": 1 "b": 2 }')).toBe(9);
    expect(at('{ "a": 1, }')).toBe(10);
    expect(at('{ "a": 01 }')).toBe(8);
    expect(at('{ // no comments\n}')).toBe(2);
    expect(at('{} x')).toBe(3);
    expect(at('')).toBe(0);
    expect(at('['.repeat(100_000))).toBe(101);
  });

  it('accepts exactly what JSON.parse accepts, and reads the same', () => {
    const pieces = [
      '"',
      '\\',
      ',',
      ':',
      '{',
      '}',
      '[',
      ']',
      '1',
      '-',
      '.',
      'e',
      ' ',
      '\n',
      'true',
      'null',
      '\u0001',
    ];
    fc.assert(
      fc.property(
        fc.json({ maxDepth: 5 }),
        fc.nat(),
        fc.nat(3),
        fc.constantFrom(...pieces),
        (source, where, remove, piece) => {
          const at = where % (source.length + 1);
          const changed = source.slice(0, at) + piece + source.slice(at + remove);
          for (const one of [source, changed]) {
            const expected = reference(one);
            const result = parseJson(one);
            expect(result.ok).toBe(expected !== undefined);
            if (result.ok) expect(result.json.value).toEqual(expected?.value);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('keeps a field called __proto__ a field', () => {
    for (const parse of [parseJson, parseJsonWithComments]) {
      const result = parse('{ "__proto__": { "x": 1 } }');
      expect(result.ok && Object.hasOwn(result.json.value as object, '__proto__')).toBe(true);
      expect((result.ok ? (result.json.value as { x?: number }) : {}).x).toBeUndefined();
      expect(({} as { x?: number }).x).toBeUndefined();
    }
  });

  it('counts the last value of a name that is given twice, and underlines it', () => {
    const twice = '{ "a": { "b": 1 }, "a": { "b": 2 }, "a": { "c": 3 } }';
    for (const parse of [parseJson, parseJsonWithComments]) {
      const result = parse(twice);
      if (!result.ok) throw new Error('no JSON');
      expect(result.json.value).toEqual({ a: { c: 3 } });
      expect(result.json.spanOf(['a', 'c'])).toEqual({ start: 48, end: 49 });
      // The second b is gone with its object: what is left is the name of the last.
      expect(result.json.spanOf(['a', 'b'])).toEqual({ start: 36, end: 39 });
    }
  });

  it('lets a hundred lists stand in the outermost one and names the first that is too many', () => {
    // 101 brackets stand at 0..100; the one at 101 is too many.
    for (const parse of [parseJson, parseJsonWithComments]) {
      expect(parse('['.repeat(101) + ']'.repeat(101)).ok).toBe(true);
      const deep = { ok: false, at: { start: 101, end: 102 }, fault: 'depth' };
      expect(parse('['.repeat(102) + ']'.repeat(102))).toEqual(deep);
      expect(parse('['.repeat(1_000_000))).toEqual(deep);
      const objects = parse(`${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`);
      expect(objects).toEqual({ ok: false, at: { start: 505, end: 506 }, fault: 'depth' });
      // A mistake before it is told instead.
      expect(parse(`{ "a" ${'['.repeat(1000)}`)).toMatchObject({ at: { start: 6 }, fault: 'syntax' });
      // Brackets in texts count for nothing.
      expect(parse(`"${'['.repeat(1000)}"`).ok).toBe(true);
    }
  });

  // 10 MB in which a search for every mistake would find millions.
  it.each([',', '"', '1 ', '\\', '/', '{}', ':', '[],', '"a":'])(
    'ends at the first mistake in %j again and again',
    (unit) => {
      const hostile = unit.repeat(1e7 / unit.length);
      for (const parse of [parseJson, parseJsonWithComments])
        expect(parse(hostile)).toMatchObject({ ok: false, fault: 'syntax' });
    },
  );
});

describe('JSON with comments', () => {
  const read = (source: string): unknown => {
    const result = parseJsonWithComments(source);
    return result.ok ? result.json.value : result.at.start;
  };

  it('reads comments and commas behind the last entry, and leaves texts alone', () => {
    expect(read('{ // x\n "a//b": [1, /* , */ 2, ], "c": "\\",}", }')).toEqual({ 'a//b': [1, 2], c: '",}' });
    expect(read('/* a */ { "b": 1 } // c')).toEqual({ b: 1 });
    const manifest = readFileSync('package.json', 'utf8');
    expect(read(manifest)).toEqual(JSON.parse(manifest));
  });

  it('has the place of the first mistake', () => {
    expect(read('{ "a": 1 /* b */ "c": 2 }')).toBe(17);
    expect(read('[,]')).toBe(1);
    expect(read('{ "a": 1,, }')).toBe(9);
    expect(read('{} /* never closed')).toBe(3);
    expect(read('')).toBe(0);
  });
});
