import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  isModelCommandPath,
  isModelPath,
  isTextPath,
  modelFileOf,
  modelGlob,
  textExtension,
  withoutExtension,
  type ModelFormat,
} from '../../../modelFormats/names';
import { manifestFor } from '../../../scripts/manifest';

describe('names of models', () => {
  it('knows models and texts by their endings, whatever the case', () => {
    for (const path of ['/a/m.onnx', '/a/M.ONNX', 'm.onnxtxt', 'a.b.onnx'])
      expect(isModelPath(path), path).toBe(true);
    for (const path of ['/a/m.onnx.gz', 'm.onnx_data', 'monnx', '/a.onnx/readme', 'm.onnxtx', ''])
      expect(isModelPath(path), path).toBe(false);
    for (const path of ['m.onnxtxt', 'm.onnx.onnxtxt', 'M.OnnxTxt'])
      expect(isTextPath(path), path).toBe(true);
    for (const path of ['m.onnx', 'onnxtxt', 'm.onnxtxt.bak']) expect(isTextPath(path), path).toBe(false);
  });

  it('takes an ending that others have too for a model where a command was called for it alone', () => {
    expect(isModelPath('/a/model.xml')).toBe(false);
    expect(isModelCommandPath('/a/model.XML')).toBe(true);
    expect(isModelCommandPath('/a/model.xmlx')).toBe(false);
    expect(modelGlob).not.toContain('xml');
    expect(withoutExtension('model.xml')).toBe('model');
  });

  it('takes a folder for a model by the file in it that says what it holds', () => {
    expect(isModelPath('/a/m.mlpackage')).toBe(false);
    expect(isModelCommandPath('/a/m.MLpackage')).toBe(true);
    expect(modelFileOf('/a/m.MLpackage')).toBe('/a/m.MLpackage/Manifest.json');
    expect(modelFileOf('/a/m.onnx')).toBe('/a/m.onnx');
  });

  it('takes one ending off', () => {
    expect(withoutExtension('m.onnx')).toBe('m');
    expect(withoutExtension('m.onnx.onnxtxt')).toBe('m.onnx');
    expect(withoutExtension('m.bin')).toBe('m.bin');
  });

  it('finds all of them in a workspace', () => {
    const endings = /^\*\*\/\*\.\{(.*)\}$/.exec(modelGlob)?.[1]?.split(',');
    expect(endings).toContain('onnx');
    expect(endings).toContain(textExtension);
  });
});

describe('the manifest', () => {
  const text = readFileSync('package.json', 'utf8');

  it('says what the list of formats says', () => {
    expect(text, 'run `npm run formats`').toBe(manifestFor(text));
  });

  it('follows the list in the custom editor, the language and the menus', () => {
    const formats: readonly ModelFormat[] = [
      { id: 'a', name: 'A', extensions: ['aa', 'aaa'], isText: false },
      { id: 'b', name: 'B', extensions: ['bb'], sharedExtensions: ['zz'], isText: false },
      { id: 't', name: 'T', extensions: ['tt'], isText: true },
    ];
    const { contributes } = JSON.parse(manifestFor(text, formats)) as {
      contributes: {
        languages: { extensions: string[] }[];
        customEditors: { selector: { filenamePattern: string }[]; priority: string }[];
        menus: Record<string, { command: string; when: string }[]>;
      };
    };
    expect(contributes.languages[0]!.extensions).toEqual(['.tt']);
    expect(contributes.customEditors[0]!.selector.map((one) => one.filenamePattern)).toEqual([
      '*.aa',
      '*.aaa',
      '*.bb',
    ]);
    expect(contributes.customEditors[1]).toMatchObject({
      selector: [{ filenamePattern: '*.zz' }],
      priority: 'option',
    });
    const when = (menu: string, command: string) =>
      contributes.menus[menu]!.find((one) => one.command === command)!.when;
    expect(when('explorer/context', 'siliconlens.openReport')).toBe(
      'resourceExtname =~ /^[.](aa|aaa|bb|tt)$/i',
    );
    expect(when('commandPalette', 'siliconlens.openListing')).toContain(
      'resourceExtname =~ /^[.](aa|aaa|bb|zz)$/i ||',
    );
    expect(when('explorer/context', 'siliconlens.openListing')).toContain(
      '|| resourceExtname =~ /^[.](zz)$/i',
    );
    // Other files of such an ending are opened every day.
    expect(when('editor/title', 'siliconlens.openListing')).not.toContain('zz');
    // Nothing else in the manifest names an ending of a model.
    expect(manifestFor(text, formats)).not.toMatch(/["*][.](onnx|onnxtxt)"|resourceExtname == /);
  });

  it('does not write a manifest that lacks one of the places', () => {
    const without = text.replaceAll('"explorer/context"', '"explorer/other"');
    expect(() => manifestFor(without)).toThrow('explorer/context');
  });
});
