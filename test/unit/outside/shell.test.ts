import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { commandText, commentText, pythonText } from '../../../outside/shell';

const folder = mkdtempSync(join(tmpdir(), 'siliconlens-shell-'));
afterAll(() => rmSync(folder, { recursive: true }));
const bin = join(folder, 'bin');
const record = join(folder, 'record');
const home = join(folder, 'home');
spawnSync('mkdir', [bin, home]);
/** Writes down its name and its words, each with a NUL behind it, and its input where the first word is "-". */
writeFileSync(
  join(bin, 'tool'),
  `#!/bin/sh\n{ printf '%s\\0' "\${0##*/}" "$@"; [ "$1$3" != - ] || cat; printf '\\0'; } >>'${record}'\n`,
);
chmodSync(join(bin, 'tool'), 0o755);

/** The shells with the words that make them read a script from standard input, at a prompt too. */
const candidates: readonly (readonly [name: string, ...words: string[]])[] = [
  ['sh'],
  ['dash'],
  ['bash', '--norc', '--noprofile'],
  ['zsh', '-f'],
  ['ksh'],
  ['busybox', 'sh'],
  ['bash', '--norc', '--noprofile', '-i'],
  ['zsh', '-f', '-i'],
];
const isInstalled = (name: string): boolean => !spawnSync(name, ['-c', ':']).error;

const env = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: home, HISTFILE: '/dev/null', PS1: '' };

/** What each command of the script got, by the stub tool; other files that the script made are a failure. */
function carriedOut([name, ...words]: readonly string[], script: string): string[][] {
  rmSync(record, { force: true });
  const ran = spawnSync(name!, words, {
    input: script,
    cwd: home,
    env,
    timeout: 20_000,
  });
  expect(ran.error).toBeUndefined();
  expect(readdirSync(home)).toEqual([]);
  const text = readFileSync(record, 'utf8');
  return text.split('\0tool\0').map((run, at) =>
    run
      .replace(/\0$/, '')
      .split('\0')
      .slice(at === 0 ? 1 : 0),
  );
}

/** Names that mean something to some shell, to its prompt or to none. `made` would be a file. */
const hostile = [
  ...[
    '',
    ' ',
    'a b',
    ' a ',
    "'",
    '"',
    "it's",
    "''",
    `'"'"'`,
    '\\',
    '\\\\',
    "\\'",
    'a\\',
    '\\n',
    '$HOME',
    '${HOME}',
  ],
  ...[
    '$(touch made)',
    '`touch made`',
    '; touch made',
    '& touch made',
    '| touch made',
    '> made',
    '>(touch made)',
  ],
  ...[
    '=(touch made)',
    '=ls',
    'a=b',
    'PATH=made',
    '~',
    '~root',
    '~/x',
    'a:~',
    'x=~',
    '*',
    '?',
    '[a-z]',
    '{a,b}',
    '{1..9}',
  ],
  ...[
    '!',
    '!!',
    '!x',
    'a!b',
    '^a^b',
    '#',
    '#a',
    'a#b',
    '%',
    '%1',
    '%PATH%',
    '-',
    '--',
    '-x',
    '--x=y',
    '-n',
    '+x',
    '@',
  ],
  ...[
    '(e:touch made:)',
    '*(e:touch made:)',
    "$'\\u0041'",
    '<<END',
    'END',
    ":'",
    '<',
    '&&',
    '(',
    ')',
    'if',
    'done',
  ],
  ...[
    "'; touch made; '",
    '"; touch made; "',
    "'$(touch made)'",
    '한글',
    'ö',
    '😀',
    '‘; touch made; ’',
    '／',
    '\u00a0',
  ],
];

describe.each(candidates.map((words) => ({ shell: words.join(' '), words })))(
  'commands in $shell',
  ({ words }) => {
    const [name] = words;
    beforeEach((context) => context.skip(!isInstalled(name), `${name} is not installed`));

    it('give a program exactly the words that were meant', () => {
      const script = hostile.map((word) =>
        commandText('posix', { words: ['tool', word, `--x=${word}`, word] }),
      );
      const got = carriedOut(words, `${script.join('\n')}\n`);
      expect(got.map((one) => one.slice(0, 3))).toEqual(hostile.map((word) => [word, `--x=${word}`, word]));
    });

    it('give a program exactly the lines that were meant', () => {
      const input = hostile.map((word) => `  ${word}`);
      const script = commandText('posix', { words: ['tool', '-'], input });
      // Prompts of bash look for "!" in such lines too: what goes there is a text of Python.
      if (words.includes('-i')) return;
      expect(carriedOut(words, `${script}\n`)).toEqual([['-', `${input.join('\n')}\n`]]);
    });

    it('carry out nothing that a comment says', () => {
      const comments = hostile.flatMap((word) => [word, `a${word}`, `a ${word} b\n${word}`]);
      const script = comments.map((text) => commentText('posix', text));
      expect(carriedOut(words, `${script.join('\n')}\ntool done\n`).map(([first]) => first)).toEqual([
        'done',
      ]);
    });

    it('give Python texts that no prompt changes', (context) => {
      context.skip(!isInstalled('python3'), 'python3 is not installed');
      const input = [
        'import json',
        'print(json.dumps([',
        ...hostile.map((word) => `    ${pythonText(word)},`),
        ']))',
      ];
      const script = commandText('posix', { words: ['python3', '-'], input });
      const ran = spawnSync(name, words.slice(1), {
        input: `${script}\n`,
        env,
      });
      const line = ran.stdout
        .toString()
        .split('\n')
        .find((one) => one.startsWith('["", " "'));
      expect(JSON.parse(line ?? 'null')).toEqual(hostile);
    });
  },
);

describe('what no command may hold', () => {
  it.each([
    'a\nb',
    '\r',
    '\t',
    '\0',
    '\u001b[31m',
    '\u007f',
    '\u009b',
    '\u00ad',
    '\u200b',
    '\u200f',
    '\u2028',
    '\u202e',
  ])('refuses %j', (letter) => {
    for (const word of [letter, `a${letter}`]) {
      expect(() => commandText('posix', { words: ['tool', word] })).toThrow();
      expect(() => commandText('powershell', { words: ['tool', word] })).toThrow();
    }
  });

  it.each(['\u2066', '\u061c', '\ufeff', '\u3164', '\ud800', '\u{e0041}', '\ufe0f', '\u2060'])(
    'refuses %j too',
    (letter) => {
      expect(() => commandText('posix', { words: ['tool', `a${letter}`] })).toThrow(/\\u\{/);
    },
  );

  it('refuses an input that would end before its end', () => {
    for (const line of ['END', "'@ ; touch made"])
      expect(() => commandText('posix', { words: ['tool'], input: [line] })).toThrow();
  });
});

describe('commands of PowerShell', () => {
  // about_Quoting_Rules: a quote in a text of single quotes is written twice; about_Special_Characters and the language
  // specification (2.3.5.2): the letters U+2018 to U+201B are single quotes as well. Nothing else is read in such a text.
  it.each([
    ["it's", "'it''s'"],
    ['a‘b’c‚d‛e', "'a‘‘b’’c‚‚d‛‛e'"],
    ['$(x)`$y "z"', `'$(x)\`$y "z"'`],
    ['', "''"],
    // about_Parsing: an option is cut at a point or a colon unless it is quoted; `--%` ends the reading of words.
    ['-a.b', "'-a.b'"],
    ['--x:y', "'--x:y'"],
    ['--%', "'--%'"],
    ['--onnx=a.onnx', "'--onnx=a.onnx'"],
    ['@x', "'@x'"],
    ['a,b', "'a,b'"],
    ['--bind', '--bind'],
    ['50', '50'],
    ['1kb', "'1kb'"],
  ])('write %s as %s', (word, written) => {
    expect(commandText('powershell', { words: ['tool', word] })).toBe(`tool ${written}`);
  });

  it('call a quoted program, and hand it lines in a text that nothing is read in', () => {
    expect(commandText('powershell', { words: ['my tool', 'x'] })).toBe("& 'my tool' x");
    const input = ['a = "$(x)"', '    "b"'];
    expect(commandText('powershell', { words: ['python3', '-'], input })).toBe(
      `@'\na = "$(x)"\n    "b"\n'@ | python3 '-'`,
    );
    expect(commentText('powershell', "it's $(x)\r\n#requires y")).toBe("# it's $(x) #requires y");
  });

  it('hold only plain letters in texts of Python, since old ones send no others', () => {
    expect(pythonText('가😀!"\\')).toBe('"\\uac00\\U0001f600\\u0021\\"\\\\"');
  });
});
