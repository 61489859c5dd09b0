import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import en from '../../../package.nls.json';
import ko from '../../../package.nls.ko.json';
import { suggestionCodes } from '../../../server/engine/mapping/suggest/types';

const manifest = readFileSync('package.json', 'utf8');
const parsed = JSON.parse(manifest) as {
  engines: { vscode: string };
  devDependencies: Record<string, string>;
  contributes: {
    commands: { command: string; title: string; category?: string }[];
    configuration: {
      properties: Record<
        string,
        { scope?: string; markdownDescription?: string; default?: unknown; items?: { enum?: unknown } }
      >;
    };
    menus: Record<string, { command: string }[]>;
    walkthroughs: { steps: unknown[] }[];
  };
};

describe('the manifest', () => {
  it('has the same texts in both languages, all of them used', () => {
    expect(Object.keys(ko).sort()).toEqual(Object.keys(en).sort());
    const used = new Set([...manifest.matchAll(/"%([\w.]+)%"/g)].map(([, key]) => key));
    expect([...used].sort()).toEqual(Object.keys(en).sort());
  });

  it('gives every command a category and every setting a scope, a default and a description', () => {
    for (const { command, category } of parsed.contributes.commands)
      expect([command, category]).toEqual([command, 'Siliconlens']);
    for (const [name, setting] of Object.entries(parsed.contributes.configuration.properties)) {
      expect(name).toMatch(/^siliconlens\./);
      expect([name, setting.scope]).toEqual([name, name.includes('trace') ? 'window' : 'resource']);
      expect([name, typeof setting.markdownDescription]).toEqual([name, 'string']);
      expect([name, 'default' in setting]).toEqual([name, true]);
    }
  });

  it('offers the codes of all suggestions to be turned off', () => {
    const { items } = parsed.contributes.configuration.properties['siliconlens.suggestions.off']!;
    expect(items?.enum).toEqual(suggestionCodes);
  });

  it('names only commands that exist in its menus', () => {
    const known = new Set(parsed.contributes.commands.map(({ command }) => command));
    const used = Object.values(parsed.contributes.menus).flatMap((menu) =>
      menu.map(({ command }) => command),
    );
    expect(used.filter((command) => !known.has(command))).toEqual([]);
  });

  it('asks for the version of VS Code whose types it is built with', () => {
    expect(parsed.engines.vscode).toBe(`^${parsed.devDependencies['@types/vscode']}`);
  });

  it('keeps the walkthrough to five steps', () => {
    expect(parsed.contributes.walkthroughs.map(({ steps }) => steps.length <= 5)).toEqual([true]);
  });
});
