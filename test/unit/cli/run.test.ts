import { mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { chips } from '../../../server/engine/chips/catalogue';
import type { Report } from '../../../server/engine/report/types';
import { siliconlens, temporaryFolder } from './commandLine';

const models = join(__dirname, '../../fixtures/models');
const tinyMlp = join(models, 'tiny-mlp.onnx');
const detector = join(models, 'detector.onnx');
const { path: folder } = temporaryFolder();

describe('siliconlens analyze', () => {
  it('prints the whole report as JSON', async () => {
    const { code, out, error } = await siliconlens(
      ...['analyze', tinyMlp, '--format', 'json', '--chip', 'nvidia-t4', '--chip', 'intel-xeon-8480'],
      ...['--bind', 'batch=3'],
    );
    expect({ code, error }).toEqual({ code: 0, error: '' });
    const report = JSON.parse(out) as Report;
    expect(report.schemaVersion).toBe(3);
    expect(report.chips.map((chip) => chip.id)).toEqual(['nvidia-t4', 'intel-xeon-8480']);
    expect(report.model.inputs).toEqual([
      { name: 'features', dtype: 'float', shape: [3, 16], symbolicShape: ['batch', 16] },
    ]);
    expect(report.nodes[0]!.outputs[0]!.symbolicShape).toEqual(['batch', 24]);
    expect(report.workload.bindings['batch']).toBe(3);
    expect(report.coverage).toEqual({ nodes: 1, operations: 1 });
    for (const chip of report.chips)
      expect(chip.memory.timeline.map(({ node }) => node)).toEqual(
        chip.kernels.map(({ nodes }) => nodes.at(-1)),
      );
    // The line of the listing holds the node's output.
    const listing = (await siliconlens('listing', tinyMlp)).out.split('\n');
    for (const node of report.nodes) expect(listing[node.line! - 1]).toContain(node.outputs[0]!.name);
  });

  it('says where in a text an error is, counting from 1', async () => {
    const path = join(folder, 'broken.onnxtxt');
    const head = '<ir_version: 8, opset_import: ["" : 18]>\ng (float[2] x) => (float[2] y)\n{\n';
    writeFileSync(path, `${head}  y = Relu (x\n}\n`);
    const { code, error } = await siliconlens('analyze', path, '--chip', 'nvidia-t4');
    expect(code).toBe(1);
    // The bracket is missing behind the x, in column 14 of line 4.
    expect(error).toContain(`${path}:4:14: “)” is expected`);
  });

  it('writes to a file and leaves standard output empty', async () => {
    const path = join(folder, 'report.csv');
    const { code, out } = await siliconlens('analyze', tinyMlp, '-f', 'csv', '-c', 'nvidia-t4', '-o', path);
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(readFileSync(path, 'utf8').split('\r\n')).toHaveLength(1 + 7 + 1);
  });

  it('refuses texts that no string could hold', async () => {
    const huge = join(folder, 'huge.csv');
    writeFileSync(huge, '');
    truncateSync(huge, 3e9);
    const { code, error } = await siliconlens('analyze', tinyMlp, '--profile', huge);
    expect(code).toBe(1);
    expect(error).toContain('huge.csv is larger than 400 MB');
  });

  it('makes the folder of chip files, and no other', async () => {
    const path = join(folder, 'project', '.siliconlens', 'chips', 'all.json');
    expect((await siliconlens('chips', 'coral', '-f', 'json', '-o', path)).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toContain('google-coral-edge-tpu');
    const other = await siliconlens('chips', '-o', join(folder, 'other', 'all.json'));
    expect(other.code).toBe(1);
  });

  it('reads the settings of the editor; options win', async () => {
    const settings = join(folder, 'settings.json');
    writeFileSync(
      settings,
      `{ // chips and sizes
        "siliconlens.chips": ["nvidia-l4"],
        "siliconlens.models": { "**/tiny-*.onnx": { "dimensions": { "batch": 5 } } },
      }`,
    );
    const words = ['analyze', tinyMlp, '--settings', settings, '--format', 'json'];
    const plain = JSON.parse((await siliconlens(...words)).out) as Report;
    expect(plain.chips.map((chip) => chip.id)).toEqual(['nvidia-l4']);
    expect(plain.model.inputs[0]!.shape).toEqual([5, 16]);
    const over = JSON.parse((await siliconlens(...words, '--bind', 'batch=7')).out) as Report;
    expect(over.model.inputs[0]!.shape).toEqual([7, 16]);
  });

  it('marks assumed sizes, and refuses numbers that exclude each other', async () => {
    const model = join(folder, 'cached.onnxtxt');
    writeFileSync(
      model,
      `<ir_version: 9, opset_import: ["" : 20]>
g (float[batch,sequence_length,4] x, float[batch,past_length,4] p, float[batch,total_length] m) => (float[] y) {
  y = Concat <axis = 1> (p, x)
}
`,
    );
    const words = ['analyze', model, '-c', 'nvidia-t4', '-b', 'past=10'];
    const assumed = 'batch=1 (assumed), sequence_length=128 (assumed), total_length=138 (assumed)';
    expect((await siliconlens(...words)).out).toContain(`past_length=10, ${assumed}`);
    expect((await siliconlens(...words, '-b', 'sequence=2')).out).toContain(
      'past_length=10, sequence_length=2, batch=1 (assumed), total_length=12',
    );
    expect((await siliconlens(...words, '--lang', 'ko')).out).toContain('batch=1 (가정)');
    const report = JSON.parse((await siliconlens(...words, '-f', 'json')).out) as Report;
    expect(report.workload.assumed).toEqual(['batch', 'sequence_length', 'total_length']);
    const clash = await siliconlens(...words, '-b', 'total_length=5');
    expect([clash.code, clash.out]).toEqual([2, '']);
    expect(clash.error).toMatch(/past_length=10.*total_length = past_length \+ sequence_length/);
    expect(clash.error).toContain('total_length=5');
  });

  it('takes numbers of dimensions by the names of the model or by what they mean', async () => {
    const model = join(folder, 'decoder.onnxtxt');
    writeFileSync(
      model,
      `<ir_version: 9, opset_import: ["" : 20]>
decoder (float[batch_size,sequence_length] x, float[batch_size,past_length] p) => (float[batch_size,k] y) {
  y = Concat <axis: int = 1> (x, p)
}
`,
    );
    const chip = ['-c', 'nvidia-t4', '-f', 'json'];
    const bound = async (...words: string[]): Promise<object> => {
      const { code, error, out } = await siliconlens('analyze', model, ...chip, ...words);
      expect({ code, error }).toEqual({ code: 0, error: '' });
      return (JSON.parse(out) as Report).workload.bindings;
    };
    const all = { batch_size: 8, sequence_length: 32, past_length: 16 };
    expect(await bound('-b', 'batch=8', '-b', 'sequence=32', '-b', 'past=16')).toEqual(all);
    expect(await bound('-b', 'batch_size=8', '-b', 'sequence_length=32', '-b', 'past_length=16')).toEqual(
      all,
    );
    expect(await bound('-b', 'batch=8', '-b', 'batch_size=8', '-b', 'sequence=32', '-b', 'past=16')).toEqual(
      all,
    );
    const settings = join(folder, 'dimensions.json');
    const write = (dimensions: object): void =>
      writeFileSync(settings, JSON.stringify({ 'siliconlens.models': { '**': { dimensions } } }));
    write({ batch: 8, sequence: 32, past: 99 });
    expect(await bound('--settings', settings, '-b', 'past_length=16')).toEqual(all);

    const refused = async (...words: string[]): Promise<string> => {
      const { code, error, out } = await siliconlens(...words);
      expect({ code, out }).toEqual({ code: 2, out: '' });
      return error;
    };
    write({ batches: 8 });
    const calls = [
      ['analyze', model, '-b', 'batches=8'],
      ['verify', model, '-b', 'batches=8'],
      ['sparsity', model, '-b', 'batches=8'],
    ];
    const near = `${settings}: The model has no dimension “batches”; did you mean batch_size?`;
    for (const call of [['analyze', '-c', 'nvidia-t4'], ['verify'], ['sparsity']]) {
      const words = [call[0]!, model, ...call.slice(1), '--settings', settings];
      const plain = await siliconlens(call[0]!, model, ...call.slice(1));
      const { code, error, out } = await siliconlens(...words);
      // A file of settings serves many models: one that lacks a name is what it is without.
      expect({ code, out }).toEqual({ code: 0, out: plain.out });
      expect(error).toContain(near);
      expect((await siliconlens(...words, '--lang', 'ko')).error).toContain(
        `${settings}: 모델에 “batches”이라는 차원이 없습니다. batch_size`,
      );
      expect((await siliconlens(...words, '-b', 'batches=8')).code).toBe(2);
    }
    for (const call of calls) {
      const error = await refused(...call);
      expect(error).toContain('no dimension “batches”; did you mean batch_size?');
      expect(error).toContain('batch_size, sequence_length, past_length');
    }
    expect(await refused('analyze', model, '-b', 'batch=2', '-b', 'batch_size=3')).toContain(
      'batch=2 and batch_size=3 give different numbers to batch_size',
    );
    expect(await refused('analyze', model, '-b', 'batch=2', '-b', 'batch=3')).toContain(
      'batch=2 and batch=3',
    );
    expect(await refused('analyze', tinyMlp, '-b', 'sequence=3')).toContain(
      'no dimension “sequence”. Its names: batch.',
    );
  });

  it('refuses settings that are wrong for every model', async () => {
    const settings = join(folder, 'long.json');
    // 8192 letters of patterns are taken.
    const models = { [`${'a'.repeat(8192)}*`]: { dimensions: { batch: 8 } } };
    writeFileSync(settings, JSON.stringify({ 'siliconlens.models': models }));
    const { code, error } = await siliconlens('analyze', tinyMlp, '--settings', settings);
    expect(code).toBe(2);
    expect(error).toContain('expected shorter or fewer patterns');
  });

  it('gives one number to all that the data decide', async () => {
    const words = ['analyze', detector, '-c', 'nvidia-t4'];
    const open = await siliconlens(...words);
    expect(open.out).toMatch(/at least \S+ \S+, at most \S+ \S+ \(\d+ nodes unknown\)/);
    expect(open.out).toContain('Give all of them one number by the name detections');
    const { code, out } = await siliconlens(...words, '-b', 'detections=50');
    expect(code).toBe(0);
    expect(out).toContain('detections=50');
    expect(out).not.toContain('at least');
    expect((await siliconlens('analyze', tinyMlp, '-b', 'detections=50')).code).toBe(2);
  });

  it.each([
    ['an operator that nobody knows', 'y = my.ops.Odd (x)', 'the work of some nodes is unknown (1)'],
    ['an error at a node', 'y = Relu <no_such = 1> (x)', 'parts of the model are missing or wrong'],
    ['a name that nobody makes', 'y = Relu (x)\n  z = Exp (q)', 'parts of the model are missing or wrong'],
  ])('ends with 1 for %s, with what is known printed', async (_what, body, why) => {
    const path = join(folder, 'part.onnxtxt');
    const head = '<ir_version: 8, opset_import: ["" : 18, "my.ops" : 1]>';
    writeFileSync(path, `${head}\ng (float[4] x) => (float[4] y)\n{\n  ${body}\n}\n`);
    const { code, out, error } = await siliconlens('analyze', path, '-c', 'nvidia-t4');
    expect(code).toBe(1);
    expect(error).toContain(why);
    expect(out).toMatch(/^nvidia-t4 /m);
  });

  it('binds what data decides, and no other name that looks so', async () => {
    const words = ['analyze', detector, '-c', 'nvidia-t4', '-f', 'json'];
    const name = 'NonMaxSuppression_output_0.selected';
    const open = JSON.parse((await siliconlens(...words)).out) as Report;
    expect(open.workload.bindings).not.toHaveProperty([name]);
    const { code, out } = await siliconlens(...words, '-b', `${name}=7`);
    expect(code).toBe(0);
    expect((JSON.parse(out) as Report).workload.bindings[name]).toBe(7);
    const wrong = await siliconlens(...words, '-b', 'NonMaxSuppression_output_1.selected=7');
    expect({ code: wrong.code, out: wrong.out }).toEqual({ code: 2, out: '' });
    expect(wrong.error).toContain(`did you mean ${name}`);
    expect((await siliconlens(...words, '-b', 'loop:again=7')).code).toBe(2);
  });

  it('keeps the default, and says so, on chips that nobody named and that the runtime cannot drive', async () => {
    const words = ['analyze', tinyMlp, '--runtime', 'tensorrt'];
    const table = (await siliconlens(...words)).out;
    expect(table).toMatch(/^nvidia-h100-sxm +tensorrt {2}/m);
    expect(table).toMatch(/^intel-xeon-8480 +onnxruntime-cpu \(default\)/m);
    const report = JSON.parse((await siliconlens(...words, '-f', 'json')).out) as Report;
    expect(report.chips.map(({ runtime }) => runtime)).toEqual(['tensorrt', 'onnxruntime-cpu', 'coreml']);
    expect(report.problems.filter(({ code }) => code === 'runtime-not-of-chip')).toHaveLength(2);
    expect((await siliconlens('analyze', tinyMlp)).out).toMatch(/^nvidia-h100-sxm +tensorrt \(default\)/m);
    // Of the chips that are only added since they know the pattern none keeps another runtime.
    const sparse = JSON.parse(
      (await siliconlens('sparsity', tinyMlp, '--runtime', 'tensorrt', '-f', 'json')).out,
    ) as {
      chips: { chip: string }[];
      problems: { code: string; args: { chip: string } }[];
    };
    const kept = sparse.problems.filter(({ code }) => code === 'runtime-not-of-chip');
    expect(kept).toHaveLength(2);
    expect(sparse.chips.length).toBeGreaterThan(3);
  });

  it('has a roof for each memory, and says of which no bandwidth is published', async () => {
    const { out } = await siliconlens('analyze', tinyMlp, '--chip', 'nvidia-l4', '-f', 'json');
    const { levels } = (JSON.parse(out) as Report).chips[0]!.roofs;
    expect(levels.map(({ name, onChip, isAssumed }) => [name, onChip, isAssumed])).toEqual([
      ['GDDR6', false, false],
      ['L2', true, true],
    ]);
    // NVIDIA's data sheet of the L4: 300 GB/s.
    expect(levels[0]!.bytesPerSecond / 300e9).toBeCloseTo(1, 2);
  });

  it('takes a chip of the user from a file and hand-written models', async () => {
    const chip = join(folder, 'half-a-t4.json');
    const half = { id: 'half', name: 'Half a T4', extends: 'nvidia-t4', peakOpsPerSecond: { fp32: 4e12 } };
    writeFileSync(chip, JSON.stringify(half));
    const model = join(folder, 'two.onnxtxt');
    writeFileSync(
      model,
      `<ir_version: 9, opset_import: ["" : 20]>
two (float[4,64] x, float[64,32] w) => (float[4,32] y) {
  h = MatMul (x, w)
  y = Relu (h)
}
`,
    );
    const words = ['analyze', model, '--chip', chip, '--format', 'json'];
    const { code, out, error } = await siliconlens(...words);
    expect({ code, error }).toEqual({ code: 0, error: '' });
    const report = JSON.parse(out) as Report;
    expect(report.chips.map(({ id, roofs }) => [id, roofs.matrixOpsPerSecond])).toEqual([['half', 4e12]]);
    expect(report.nodes.map(({ operator, line }) => [operator, line])).toEqual([
      ['MatMul', 3],
      ['Relu', 4],
    ]);
    expect(report.nodes[0]!.operations).toEqual({ matrix: 2 * 4 * 64 * 32, vector: 0, special: 0 });
  });

  it('takes chips of the settings, and says what is wrong with one that is asked for', async () => {
    const settings = join(folder, 'custom.json');
    const customChips = {
      half: { extends: 'nvidia-t4', name: 'Half', peakOpsPerSecond: { fp32: 4e12 } },
      bad: { extends: 'half', name: 'Bad', power: { tdpWatts: '70 W' } },
    };
    const chosen = { 'siliconlens.chips': ['half'], 'siliconlens.customChips': customChips };
    writeFileSync(settings, JSON.stringify(chosen));
    const words = ['analyze', tinyMlp, '--settings', settings, '--format', 'json'];
    const { chips } = JSON.parse((await siliconlens(...words)).out) as Report;
    expect(chips.map(({ id, roofs }) => [id, roofs.matrixOpsPerSecond])).toEqual([['half', 4e12]]);
    const slip = join(folder, 'slip.json');
    writeFileSync(slip, '{\n  "id": "slip"\n  "extends": "nvidia-t4"\n}\n');
    expect((await siliconlens(...words, '--chip', slip)).error).toContain(
      'slip.json:3: This is not valid JSON',
    );
    const { code, error } = await siliconlens(...words, '--chip', 'bad');
    expect(code).toBe(1);
    expect(error).toContain('siliconlens.customChips.bad');
    expect(error).toContain('power.tdpWatts must be a number in SI base units');
  });

  it('takes chips of the project, whatever else lies in its folder', async () => {
    const chips = join(folder, 'project/.siliconlens/chips');
    mkdirSync(join(chips, 'folder.json'), { recursive: true });
    const chip = (id: string): string => JSON.stringify({ id, extends: 'nvidia-t4', name: id });
    writeFileSync(join(chips, 'mine.json'), chip('mine'));
    writeFileSync(join(folder, 'outside.json'), chip('outside'));
    symlinkSync(join(folder, 'outside.json'), join(chips, 'link.json'));
    symlinkSync(join(folder, 'nowhere.json'), join(chips, 'lost.json'));
    const place = vi.spyOn(process, 'cwd').mockReturnValue(join(folder, 'project'));
    try {
      const words = ['analyze', tinyMlp, '--format', 'json', '--chip'];
      const { code, out, error } = await siliconlens(...words, 'mine');
      expect({ code, error }).toEqual({ code: 0, error: '' });
      expect((JSON.parse(out) as Report).chips.map(({ id }) => id)).toEqual(['mine']);
      expect((await siliconlens(...words, 'outside')).error).toContain('no chip “outside”');
    } finally {
      place.mockRestore();
    }
  });

  it('says which file of the project holds no chip where one is missing', async () => {
    const own = join(folder, 'own', '.siliconlens', 'chips');
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'half.json'), '{"id": ');
    writeFileSync(join(own, 'good.json'), '{"id": "good", "extends": "nvidia-t4"}');
    writeFileSync(join(own, 'odd.json'), '{"id": "odd", "extends": "nvidia-t5"}');
    const place = vi.spyOn(process, 'cwd').mockReturnValue(join(folder, 'own'));
    try {
      expect((await siliconlens('analyze', tinyMlp, '-c', 'good')).code).toBe(0);
      expect((await siliconlens('chips', 'odd')).error).toContain('odd.json: There is no chip nvidia-t5');
      const { code, error } = await siliconlens('analyze', tinyMlp, '-c', 'nope');
      expect(code).toBe(2);
      expect(error).toContain('half.json could not be read as a chip');
    } finally {
      place.mockRestore();
    }
  });

  it('speaks Korean', async () => {
    const { out } = await siliconlens('analyze', tinyMlp, '--chip', 'nvidia-t4', '--lang', 'ko');
    expect(out).toContain('파라미터');
    expect(out).not.toMatch(/print\.|cli\./);
  });
});

describe('the host', () => {
  const onCoral = async (...words: string[]) => {
    const { out } = await siliconlens(
      'analyze',
      join(models, 'detector.onnx'),
      '-c',
      'google-coral-edge-tpu',
      ...words,
    );
    return out.split('\n').filter((line) => line.includes('of the kernels, with transfers'));
  };

  // Three of them are a Mul and two Gemms with what follows behind NonMaxSuppression: the compiler of the Edge TPU wants tensors
  // of constant size.
  it('belongs to the chip: a board runs what the Coral beside it cannot', async () => {
    expect(await onCoral()).toEqual([
      expect.stringContaining('BCM2712 (Raspberry Pi 5, 4x Cortex-A76) runs 31 of'),
    ]);
  });

  it('is another on request', async () => {
    expect(await onCoral('--host', 'EPYC 9654')).toEqual([
      expect.stringContaining('EPYC 9654 (Genoa) runs 31 of'),
    ]);
    const unknown = await siliconlens('analyze', tinyMlp, '--host', 'gpu');
    expect([unknown.code, unknown.out]).toEqual([2, '']);
    expect(unknown.error).toContain(
      `“gpu” matches ${chips.filter((chip) => chip.class === 'gpu').length} chips`,
    );
  });
});

describe('failures', () => {
  it.each([
    [2, [], 'no command'],
    [2, ['nonsense'], 'unknown command'],
    [2, ['analyze'], 'path of one model'],
    [2, ['analyze', tinyMlp, 'second'], 'unexpected argument “second”'],
    [2, ['analyze', tinyMlp, '--chip', 'no-such-chip-at-all'], 'no chip “no-such-chip-at-all”'],
    [
      2,
      ['analyze', tinyMlp, '--chip', 'nvidia'],
      `matches ${chips.filter(({ vendor }) => vendor.includes('NVIDIA')).length} chips`,
    ],
    [
      2,
      ['analyze', tinyMlp, '--chip', 'm4'],
      '“m4” matches 4 chips: apple-m4-ane, apple-m4-cpu, apple-m4-gpu, st-stm32l4r5;',
    ],
    [
      2,
      ['analyze', tinyMlp, '--chip', 'MI300'],
      'no chip “MI300” in the catalogue; the nearest names are MI300X,',
    ],
    [
      2,
      ['analyze', tinyMlp, '--chip', '한무기 270'],
      'the nearest names are 한무기 290, 한무기 370, 한무기;',
    ],
    [2, ['chips', '한무기 270', '--format', 'json'], 'no chip “한무기 270”'],
    [2, ['analyze', tinyMlp, '--bind', 'batch'], '--bind takes NAME=N'],
    [2, ['analyze', tinyMlp, '--bind', 'batch=-1'], '--bind takes NAME=N'],
    [2, ['analyze', tinyMlp, '--phase', 'x'], '--phase takes one of inference, prefill'],
    [2, ['analyze', tinyMlp, '-c', 'nvidia-t4', '--runtime', 'coreml'], 'coreml cannot drive nvidia-t4'],
    [
      2,
      ['analyze', tinyMlp, '-c', 'nvidia-t4', '--runtime', 'coreml'],
      'nvidia-t4: onnxruntime-cuda, tensorrt, pytorch-eager, torch-compile, xla,',
    ],
    [
      2,
      ['analyze', tinyMlp, '-c', 'nvidia-t4', '-c', 'intel-xeon-8480', '--runtime', 'tensorrt'],
      'tensorrt cannot drive intel-xeon-8480. Runtimes that can: intel-xeon-8480: onnxruntime-cpu,',
    ],
    [
      2,
      ['analyze', tinyMlp, '--runtime', 'qnn'],
      'qnn cannot drive nvidia-h100-sxm, intel-xeon-8480, apple-m4-ane',
    ],
    [2, ['verify', tinyMlp, '-c', 'intel-xeon-8480', '--runtime', 'tensorrt'], 'tensorrt cannot drive'],
    [2, ['sparsity', tinyMlp, '-c', 'intel-xeon-8480', '--runtime', 'tensorrt'], 'tensorrt cannot drive'],
    [
      2,
      ['calibrate', tinyMlp, '-c', 'intel-xeon-8480', '--runtime', 'tensorrt', '-p', 'x'],
      'tensorrt cannot drive',
    ],
    [2, ['analyze', tinyMlp, '--format', 'x'], '--format takes one of table'],
    [2, ['analyze', tinyMlp, '--nope'], 'unknown option --nope'],
    [2, ['analyze', tinyMlp, '--chip'], '--chip needs a value'],
    [2, ['analyze', '--help=yes', tinyMlp], '--help takes no value'],
    [
      2,
      ['listing', tinyMlp, '--chip', 'nvidia-t4'],
      'listing takes no --chip: it is for analyze, calibrate, ',
    ],
    [1, ['analyze', join(folder, 'none.onnx')], 'there is no file'],
    [1, ['listing', folder], 'is a folder; name a file'],
    [1, ['analyze', join(models, 'bert-base.onnx.gz')], 'gzip archive'],
    [
      1,
      ['analyze', tinyMlp, '--out', join(folder, 'no', 'where')],
      `there is no folder ${join(folder, 'no')};`,
    ],
    [1, ['analyze', tinyMlp, '--out', folder], 'it is a folder; name a file'],
    [1, ['analyze', tinyMlp, '--profile', folder], `${folder} is a folder; name a file`],
    [2, ['analyze', tinyMlp, '--layers', tinyMlp], '--layers needs --profile'],
    [2, ['analyze', tinyMlp, '--settings', tinyMlp], `${tinyMlp}:1: This is not valid JSON`],
    [2, ['--lang', 'en'], 'no command'],
    [2, ['analyze', tinyMlp, '--chip', 'nvidia-t4-measured'], 'the nearest names are nvidia-t4,'],
    [2, ['--lang', 'ko', 'analyze', tinyMlp, '--chip', 'nope'], '칩이 없습니다'],
  ])('exit code %i for %j', async (code, words, text) => {
    const result = await siliconlens(...words);
    expect(result.code).toBe(code);
    expect(result.out).toBe('');
    expect(result.error).toMatch(/^siliconlens: [^\n]+\n$/);
    expect(result.error).toContain(text);
  });

  it('names a truncated model and says where it ends', async () => {
    const path = join(folder, 'half.onnx');
    writeFileSync(path, readFileSync(tinyMlp).subarray(0, 40));
    const { code, out, error } = await siliconlens('analyze', path, '--chip', 'nvidia-t4');
    expect(code).toBe(1);
    expect(error).toMatch(/^siliconlens: [^\n]*ends at byte 40[^\n]*\n$/);
    // What was read before the end is shown all the same, and says so too.
    expect(out).toContain('ends at byte 40');
    const listing = await siliconlens('listing', path);
    expect(listing.code).toBe(1);
    expect(listing.out).not.toBe('');
  });

  it('counts of a truncated model what was read, as the least that it stores', async () => {
    const path = join(folder, 'cut.onnx');
    const whole = readFileSync(tinyMlp);
    writeFileSync(path, whole.subarray(0, Math.floor(whole.length / 2)));
    const cut = await siliconlens('analyze', path, '--chip', 'nvidia-t4');
    expect(cut.out).toMatch(/^Parameters +at least [1-9][\d,]*$/m);
    expect(cut.out).toMatch(/^Numbers in buffers +\?$/m);
    const json = await siliconlens('analyze', path, '--chip', 'nvidia-t4', '--format', 'json');
    const { model } = JSON.parse(json.out) as { model: object };
    expect(model).toMatchObject({ isLowerBound: true, weightBytes: null });
    const all = await siliconlens('analyze', tinyMlp, '--chip', 'nvidia-t4');
    expect(all.out).toMatch(/^Parameters +[1-9][\d,]*$/m);
  });
});

describe('siliconlens sparsity', () => {
  it('counts zeros of the weights in every format', async () => {
    const { code, out, error } = await siliconlens('sparsity', tinyMlp, '-f', 'json', '-c', 'nvidia-l4');
    expect({ code, error }).toEqual({ code: 0, error: '' });
    const report = JSON.parse(out) as {
      bytesRead: number;
      tensors: { name: string; axis: number | null; isTwoOfFour: boolean }[];
      chips: { id: string; speedup: number | null; sparse: unknown }[];
    };
    expect(report.bytesRead).toBeGreaterThan(3000);
    expect(report.tensors.filter(({ axis }) => axis === 1).map(({ name }) => name)).toHaveLength(3);
    // No tensor is in the pattern: there is nothing to gain, and no gain is shown.
    expect(report.chips).toMatchObject([{ id: 'nvidia-l4', speedup: 2, sparse: null }]);
    const csv = (await siliconlens('sparsity', tinyMlp, '-f', 'csv')).out.trimEnd().split('\r\n');
    expect(csv).toHaveLength(report.tensors.length + 1);
    const korean = await siliconlens('sparsity', tinyMlp, '--lang', 'ko');
    expect(korean.out).toContain('이 패턴인 텐서가 없음');
  });

  it('says nothing of zeros in weights that are not there, and names their file once', async () => {
    const { code, out } = await siliconlens('sparsity', detector, '-f', 'json', '-c', 'nvidia-l4');
    const { unreadTensors, problems } = JSON.parse(out) as {
      unreadTensors: number;
      problems: { code: string; args: { file: string; count: number } }[];
    };
    expect({ code, problems }).toMatchObject({ code: 0, problems: [{ code: 'sparsity.file-unreadable' }] });
    expect(problems).toHaveLength(1);
    expect(problems[0]!.args.count).toBe(unreadTensors);
    const table = (await siliconlens('sparsity', detector, '-c', 'nvidia-l4')).out;
    expect(table).toContain('unknown: not all weights could be read');
    expect(table).not.toContain('no tensor is in the pattern');
    expect(table).toContain('detector.data');
  });
});

describe('siliconlens analyze --carbon', () => {
  it('gives grams for a grid, none without, and refuses what is no intensity', async () => {
    const grams = async (...more: string[]) => {
      const { out } = await siliconlens('analyze', tinyMlp, '-f', 'json', '-c', 'nvidia-t4', ...more);
      return (JSON.parse(out) as Report).chips[0]!.efficiency;
    };
    expect((await grams()).gramsCo2PerThousandRequests).toBeNull();
    const found = await grams('--carbon', '250');
    expect(found.gramsCo2PerThousandRequests!.value).toBeCloseTo(
      found.wattHoursPerThousandRequests!.value / 4,
      12,
    );
    for (const bad of ['x', '-1', '']) {
      const { code, error } = await siliconlens('analyze', tinyMlp, `--carbon=${bad}`);
      expect(code).toBe(2);
      expect(error).toContain('--carbon takes g CO2e/kWh, or a country');
    }
  });
});

describe('siliconlens chips', () => {
  it('finds chips by alias and lists all without a query', async () => {
    expect((await siliconlens('chips', 'h100')).out).toContain('nvidia-h100-sxm');
    const related = (await siliconlens('chips', '한무기 270')).out;
    expect(related).toContain('No chip “한무기 270” in the catalogue; related chips');
    expect(related).toContain('cambricon-mlu290-m5');
    const all = JSON.parse((await siliconlens('chips', '--format', 'json')).out) as { id: string }[];
    expect(all.length).toBeGreaterThanOrEqual(16);
    const csv = (await siliconlens('chips', '--format', 'csv')).out.trimEnd().split('\r\n');
    expect(csv).toHaveLength(all.length + 1);
  });

  it('has class, place, phase, peak, bandwidth, capacity, power and basis of all', async () => {
    const lines = (await siliconlens('chips')).out.trimEnd().split('\n').slice(1);
    const [head, rule, ...rows] = lines;
    expect(head!.split(/ {2,}/)).toEqual([
      'Id',
      'Class',
      'Place',
      'Phase',
      'Peak',
      'Bandwidth',
      'Capacity',
      'Power',
      'Basis',
    ]);
    expect(rows).toHaveLength(chips.length);
    let at = 0;
    const columns = rule!.split('  ').map((dashes) => [at, (at += dashes.length + 2)] as const);
    const cells = rows.map((row) => columns.map(([from, to]) => row.slice(from, to).trim()));
    for (const row of cells)
      expect(
        row.every((cell) => cell !== ''),
        row.join(' | '),
      ).toBe(true);
    const byId: Record<string, string[]> = Object.fromEntries(
      cells.map(([id, ...rest]) => [id!, rest] as const),
    );
    expect(byId['nvidia-h100-sxm']).toEqual([
      'gpu',
      'cloud',
      'training, inference',
      'bf16 989 TOP/s',
      '3.35 TB/s',
      '84.9 GB',
      '700 W',
      'read',
    ]);
    // Chips without a rate in operations per second keep their own unit; nobody published one for the last.
    expect(byId['ibm-truenorth']![3]).toBe('1,048,576 neurons');
    expect(byId['ibm-heron']![3]).toBe('156 qubits');
    expect(byId['hyperaccel-lpu']!.slice(3)).toEqual(['?', '?', '?', '?', '?']);
  });
});

describe('help and version', () => {
  it('go to standard output', async () => {
    for (const words of [['help'], ['--help'], ['analyze', '--help']]) {
      const { code, out, error } = await siliconlens(...words);
      expect({ code, error }).toEqual({ code: 0, error: '' });
      expect(out).toContain('usage: siliconlens');
      expect(out).toContain('--precision');
    }
    expect((await siliconlens('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('are asked for commands that there are', async () => {
    expect((await siliconlens('help', 'rank')).code).toBe(0);
    const { code, error } = await siliconlens('help', 'rang');
    expect(code).toBe(2);
    expect(error).toContain('rang');
  });
});

it('problems of a text have their line and column in the report, from 1', async () => {
  const text = `<ir_version: 10, opset_import: ["" : 21]>
g (float[2] x) => (float[2] y) {
  a = Relu (x) b = 1
  y = Relu (x)
}
`;
  const path = join(folder, 'slip.onnxtxt');
  writeFileSync(path, text);
  const { out } = await siliconlens('analyze', path, '--chip', 'nvidia-t4', '--format', 'json');
  const { problems } = JSON.parse(out) as Report;
  const [first] = problems.filter(({ code }) => code.startsWith('format.'));
  // The 1 on the third line, where an operator has to stand.
  expect([first?.line, first?.column]).toEqual([3, 20]);
  const table = await siliconlens('analyze', path, '--chip', 'nvidia-t4');
  expect(table.out).toContain(`3:20: ${first?.message}`);
});
