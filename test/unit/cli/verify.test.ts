import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { nearest } from '../../../server/engine/nearest';
import type { Report } from '../../../server/engine/report/types';
import { siliconlens, temporaryFolder } from './commandLine';

const model = join(__dirname, '../../fixtures/models/tiny-conv.onnx');
const { path: folder } = temporaryFolder();

describe('siliconlens verify', () => {
  it('prints what measures a model with the runtime of the chip, and what reads the result', async () => {
    const { code, out } = await siliconlens('verify', model, '--chip', 'nvidia-t4', '--bind', 'batch=8');
    expect(code).toBe(0);
    expect(out).toMatch(/^# estimated on nvidia-t4 with TensorRT: /);
    expect(out).toContain('--shapes=image:8x3x16x16 --noTF32 --useCudaGraph');
    expect(out).toContain('--exportProfile=tiny-conv.profile.json');
    const fp16 = await siliconlens('verify', model, '--chip', 'nvidia-t4', '--precision', 'fp16');
    expect(fp16.out).toContain(' --fp16 ');
    expect(fp16.out).toContain(
      'siliconlens calibrate ' +
        `${model} --profile tiny-conv.profile.json --layers tiny-conv.layers.json --chip nvidia-t4 --runtime tensorrt ` +
        '--bind batch=1 --precision fp16 --out .siliconlens/chips/nvidia-t4-measured.json',
    );
    const cpu = await siliconlens(
      'verify',
      model,
      '--chip',
      'intel-xeon-8480',
      '--runtime',
      'onnxruntime-cpu',
    );
    expect(cpu.out).toContain('"image": random.standard_normal((1, 3, 16, 16)).astype(np.float32),');
    expect(cpu.out).toContain(
      'onnxruntime_perf_test -I -e cpu -m times -r 50 -f batch:1 -p tiny-conv.profile',
    );
    const vendor = await siliconlens('verify', model, '--chip', 'hailo-8', '--lang', 'ko');
    expect(vendor.out).toContain('name과 seconds 열이 있는 CSV');
    expect(vendor.out).not.toMatch(/measure\.|cli\./);
  });

  it('quotes names so that a shell takes them as they are', async () => {
    const path = join(folder, "it's.onnxtxt");
    writeFileSync(
      path,
      `<ir_version: 9, opset_import: ["" : 20]>\nodd (float[N,4] "x; rm $HOME") => (float[N,4] y) {\n  y = Relu ("x; rm $HOME")\n}\n`,
    );
    const { code, out } = await siliconlens('verify', path, '--chip', 'nvidia-t4', '--bind', 'N=2');
    expect(code).toBe(0);
    expect(out).toContain("'--shapes=x; rm $HOME:2x4'");
    expect(out).toContain(`it'\\''s.onnxtxt'`);
    expect(out).toContain('The tools read binary models');
  });

  it('prints scripts that shells carry out word by word, whatever the model and its names are called', async (context) => {
    const names = ['$(touch made)', "'; touch made; '", '`touch made`', '-x', '=ls', '~', '!!', 'a,b', '*'];
    const file = "-it's $(touch made).onnxtxt";
    const header = '<ir_version: 9, opset_import: ["" : 20]>';
    const inputs = names.map((name) => `float["$(touch dim)",4] "${name}"`).join(', ');
    writeFileSync(
      join(folder, file),
      `${header}\nodd (${inputs}) => (float["$(touch dim)",4] y) {\n  y = Sum (${names.map((name) => `"${name}"`).join(', ')})\n}\n`,
    );
    const tools = ['trtexec', 'siliconlens', 'python3', 'benchmark_app', 'onnx2tf', 'benchmark_model'];
    const bin = join(folder, 'bin');
    const home = join(folder, 'home');
    for (const path of [bin, home]) mkdirSync(path);
    for (const tool of tools) {
      const script = `#!/bin/sh\nprintf '%s\\0' "\${0##*/}" "$@" >>"$RECORD"; printf '\\n\\0' >>"$RECORD"\n`;
      writeFileSync(join(bin, tool), script, { mode: 0o755 });
    }
    const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: home, RECORD: join(folder, 'record') };
    const stem = "./-it's $(touch made).onnxtxt";
    const bind = ['--bind', '$(touch dim)=2'];
    const analyze = (runtime: string, chip: string, ...files: string[]): string[] => [
      ...['siliconlens', 'analyze', `./${file}`, '--profile', ...files],
      ...['--chip', chip, '--runtime', runtime, ...bind],
    ];
    const shapes = names.map((name) => `${name === 'a,b' ? "'a,b'" : name}:2x4`).join(',');
    const intended: Record<string, string[][]> = {
      tensorrt: [
        ['trtexec', `--onnx=./${file}`, `--shapes=${shapes}`],
        analyze('tensorrt', 'nvidia-t4', `${stem}.profile.json`, '--layers', `${stem}.layers.json`),
      ],
      'onnxruntime-cuda': [
        ['python3', '-'],
        analyze('onnxruntime-cuda', 'nvidia-t4', `${stem}.profile.json`),
      ],
    };
    const cwd = process.cwd();
    const installed = ['sh', 'dash', 'bash', 'zsh'].filter((shell) => !spawnSync(shell, ['-c', ':']).error);
    context.skip(installed.length === 0, 'no shell is installed');
    process.chdir(folder);
    try {
      for (const [runtime, commands] of Object.entries(intended)) {
        const words = ['--chip', 'nvidia-t4', '--runtime', runtime, '--bind', '$(touch dim)=2'];
        const { code, out } = await siliconlens('verify', ...words, '--', file);
        expect(code).toBe(0);
        for (const shell of installed) {
          rmSync(env.RECORD, { force: true });
          writeFileSync(join(folder, 'script'), out);
          expect(spawnSync(shell, [join(folder, 'script')], { cwd: home, env }).stderr.toString()).toBe('');
          const got = readFileSync(env.RECORD, 'utf8')
            .split('\n\0')
            .map((run) => run.split('\0').slice(0, -1));
          for (const [at, command] of commands.entries())
            expect(got[at]!.slice(0, command.length)).toEqual(command);
          expect(readdirSync(home)).toEqual([]);
        }
      }
    } finally {
      process.chdir(cwd);
    }
  });

  it('prints no command for a name that nobody can see, and says which', async () => {
    for (const letter of ['\u001b]8;;x\u0007', '\u202e', '\u200b', '\u2028', '\u009b']) {
      const path = join(folder, 'hidden.onnxtxt');
      writeFileSync(
        path,
        `<ir_version: 9, opset_import: ["" : 20]>\nodd (float[2,4] "a${letter}") => (float[2,4] y) {\n  y = Relu ("a${letter}")\n}\n`,
      );
      const { code, out, error } = await siliconlens('verify', path, '--chip', 'nvidia-t4');
      expect([code, error]).toEqual([1, expect.stringContaining('rename it in the model')]);
      expect(out).toMatch(/The name “a\\u\{[0-9a-f]+\}.*” holds control or format characters/);
      expect(out).not.toMatch(/trtexec/);
      expect(out).not.toContain(letter);
    }
  });

  it('prints what PowerShell reads when asked to', async () => {
    const { code, out } = await siliconlens('verify', model, '--chip', 'nvidia-t4', '--shell', 'powershell');
    expect(code).toBe(0);
    expect(out).toMatch(/^# for PowerShell 7\.3 and newer\n/);
    expect(out).toContain(`\ntrtexec '--onnx=${model}' '--shapes=image:1x3x16x16' --noTF32 `);
    const python = await siliconlens(
      ...['verify', model, '--chip', 'intel-xeon-8480', '--runtime', 'onnxruntime-cpu'],
      ...['--shell', 'powershell'],
    );
    expect(python.out).toMatch(/\n@'\nimport os\n[^]*\n'@ \| python3 '-'\n/);
    expect((await siliconlens('verify', model, '--shell', 'constructor')).code).toBe(2);
  });

  it('writes one node as a model that costs what the node costs', async () => {
    const out = join(folder, 'one.onnx');
    const words = ['--chip', 'intel-xeon-8480', '--bind', 'batch=2'];
    const result = await siliconlens(
      'verify',
      model,
      '--node',
      '/pointwise/Conv_output_0',
      ...words,
      '--out',
      out,
    );
    expect(result.code).toBe(0);
    expect(result.error).toMatch(/one\.onnx: the node \/pointwise\/Conv_output_0 alone, [\d.]+ k?B\n$/);
    expect(result.out).toContain(`siliconlens analyze ${out} --profile one.profile.json`);
    // Too little to fit constants to.
    expect(result.out).not.toContain('calibrate');
    const report = JSON.parse(
      (await siliconlens('analyze', out, ...words.slice(0, 2), '-f', 'json')).out,
    ) as Report;
    const whole = JSON.parse((await siliconlens('analyze', model, ...words, '-f', 'json')).out) as Report;
    const own = report.nodes.find(({ operator }) => operator === 'Conv')!;
    const there = whole.nodes.find(({ outputs }) => outputs[0]!.name === '/pointwise/Conv_output_0')!;
    expect(own.operations).toEqual(there.operations);
    expect(own.bytes).toEqual(there.bytes);
    expect(own.outputs[0]!.shape).toEqual([2, 12, 4, 4]);
    expect(report.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('names what is near when there is no such node', async () => {
    const { code, error } = await siliconlens('verify', model, '--node', 'pointwise/conv');
    expect(code).toBe(2);
    expect(error).toContain('the nearest are /pointwise/Conv');
  });
});

describe('names that nothing has', () => {
  it('are answered with those most like them', async () => {
    expect(nearest('nvdia h10', ['nvidia-h100', 'hailo-8', 'coral'], 2)).toEqual(['nvidia-h100']);
    expect(nearest('zzzz', ['nvidia-h100'], 3)).toEqual([]);
    const near = await siliconlens('chips', 'nvdia-h1000');
    expect([near.code, near.out]).toEqual([2, '']);
    expect(near.error).toContain('the nearest names are nvidia-h100-nvl, nvidia-h100-sxm');
    const none = await siliconlens('chips', 'zzzz');
    expect([none.code, none.out]).toEqual([2, '']);
    expect(none.error).toContain('no chip “zzzz” in the catalogue');
  });
});
