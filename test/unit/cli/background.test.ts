import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import { systems } from '../../../server/engine/systems/load';
import { siliconlens } from './commandLine';

/** A row of docs/background.md. */
interface Row {
  readonly number: string;
  readonly chips: readonly string[];
  readonly systems: readonly string[];
  readonly state: string;
  readonly answer: string;
  /** The words of the command; null where a row has none. */
  readonly command: readonly string[] | null;
}

const codes = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text!);
/** As a shell reads it: words in double quotes are one. */
const wordsOf = (text: string): string[] =>
  [...text.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);

const rows = readFileSync('docs/background.md', 'utf8')
  .split('\n')
  .filter((line) => /^\| H\d/.test(line))
  .map((line): Row => {
    const [number, , chips, ids, state, answer, command] = line.slice(2, -2).split(' | ') as [
      string,
      ...string[],
    ];
    return {
      number,
      chips: codes(chips!),
      systems: codes(ids!),
      state: state!,
      answer: answer!,
      command: commandOf(command!),
    };
  });

function commandOf(cell: string): readonly string[] | null {
  const [text] = codes(cell);
  return text === undefined ? null : wordsOf(text);
}

const model = 'test/fixtures/models/tiny-conv.onnx';
/** Commands that look something up: what they find is held against the row. */
const lookUps: ReadonlySet<string> = new Set(['chips', 'systems']);

describe('the page of what documents name', () => {
  it('has each of the 114 in order, with a state and an answer', () => {
    const numbers = Array.from({ length: 114 }, (_, i) => `H${String(i + 1).padStart(3, '0')}`);
    expect(rows.map(({ number }) => number)).toEqual(numbers);
    for (const { number, state, answer } of rows) {
      expect(['yes', 'part', 'not'], number).toContain(state);
      expect(answer, number).toMatch(/\w.*[.]$/);
    }
  });

  it('names chips and systems that there are, and a command where there is an answer', () => {
    const ids = systems.map(({ id }) => id);
    for (const row of rows) {
      for (const id of row.chips) expect(chipById(id)?.id, row.number).toBe(id);
      expect(ids, row.number).toEqual(expect.arrayContaining([...row.systems]));
      if (row.state === 'yes') expect(row.command, row.number).not.toBeNull();
    }
  });

  const commands = rows.flatMap(({ command, ...row }) => (command ? [{ ...row, command }] : []));
  const found = commands.filter(({ command }) => lookUps.has(command[1]!));
  it.each(found.map((row) => [row.number, row.command.slice(1).join(' '), row] as const))(
    '%s: “%s” finds what the row names',
    async (_, __, { command, chips, systems: ids }) => {
      const [, verb] = command;
      const named = verb === 'chips' ? chips : ids;
      // A row without chips may be about a search that finds none: that one names what is related.
      const format = named.length > 0 ? 'json' : 'table';
      const { code, out, error } = await siliconlens(...command.slice(1), '--format', format);
      expect([code, error]).toEqual([0, '']);
      for (const id of named) expect(out).toContain(`"id": "${id}"`);
    },
  );

  const others = commands.filter(({ command }) => !lookUps.has(command[1]!));
  it.each(others.map((row) => [row.number, row.command.slice(1).join(' '), row.command] as const))(
    '%s: “%s” runs',
    async (_, __, command) => {
      const [name, ...words] = command.map((word) => (word === 'model.onnx' ? model : word));
      expect(name).toBe('siliconlens');
      const { code, out, error } = await siliconlens(...words);
      expect([code, error]).toEqual([0, '']);
      expect(out).not.toBe('');
    },
  );
});
