import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson, type ParsedJson } from '../../../server/engine/chips/jsonText';

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
    const result = parseJson('{ "__proto__": { "x": 1 } }');
    expect(result.ok && Object.hasOwn(result.json.value as object, '__proto__')).toBe(true);
    expect(({} as { x?: number }).x).toBeUndefined();
  });
});
