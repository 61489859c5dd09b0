import { isTextPath, withoutExtension } from '../../../../modelFormats/names';
import { traitsOf } from '../classes/traits';
import { appendAll } from '../../lists';
import { entryOf } from '../../../../outside/table';
import type { Chip } from '../../chips/chip';
import type { DataType } from '../../graph/dataTypes';
import type { Model } from '../../graph/model';
import { isOnnx } from '../../graph/origin';
import type { Inference } from '../../inference/types';
import type { RuntimeProfile } from '../../kernels/profile';
import { problem } from '../../problem';
import type { Problem } from '../../problem';
import type { PrecisionPolicy, Workload } from '../../workload';
import { inputsOf, numpyInput, overrides, type MeasureInput } from './measureInputs';
import { hasHidden, visible } from '../../../../outside/hidden';
import { pythonText, type Command } from '../../../../outside/shell';

/** One command of a recipe. */
interface MeasureStep extends Command {
  /** What it is for: the text of `measure.step.PURPOSE`. */
  readonly purpose: 'profile' | 'instead' | 'convert' | 'time' | 'compare' | 'calibrate';
}

/** How to measure what was estimated, and what to bear in mind. */
export interface Recipe {
  readonly steps: readonly MeasureStep[];
  readonly problems: readonly Problem[];
}

/** What is to be measured. */
export interface MeasureTask {
  /** The model's file as the commands name it. */
  readonly path: string;
  readonly model: Model;
  readonly inference: Inference;
  readonly workload: Workload;
  readonly profile: RuntimeProfile;
  readonly chip: Chip;
  /** It is one node that was cut out: too little to fit constants to. */
  readonly isNode: boolean;
}

interface Context extends MeasureTask {
  readonly inputs: readonly MeasureInput[];
  /** The model's file without folder and ending: what output files begin with. */
  readonly stem: string;
}

/** Runs that are enough for a stable minimum. */
const runs = 50;

/** Commands per runtime profile; one without an entry has no tool that we know. */
const recipes: Readonly<Record<string, (context: Context) => MeasureStep[]>> = {
  'onnxruntime-cpu': (context) => [
    ...ortSteps(context, 'CPUExecutionProvider', 'cpu'),
    ...readSteps(context),
  ],
  'onnxruntime-cuda': (context) => [
    ...ortSteps(context, 'CUDAExecutionProvider', 'cuda'),
    ...readSteps(context),
  ],
  coreml: (context) => ortSteps(context, 'CoreMLExecutionProvider', 'coreml'),
  qnn: (context) => ortSteps(context, 'QNNExecutionProvider', 'qnn'),
  tensorrt: (context) => [trtexecStep(context), ...readSteps(context, `${context.stem}.profile.json`, true)],
  openvino: (context) => [
    openvinoStep(context),
    ...readSteps(context, `${context.stem}.counters/benchmark_detailed_counters_report.csv`),
  ],
  tflite: (context) => tfliteSteps(context, false),
  'tflite-edgetpu': (context) => tfliteSteps(context, true),
};
/** Runtimes of which a profile holds the whole model as one: their time is compared with the total. */
const wholeOnly = new Set(['coreml', 'qnn', 'tflite', 'tflite-edgetpu']);
/** Runtimes whose profile holds the time of launching unless the build records device kernels. */
const launchOnly = new Set(['onnxruntime-cuda']);

/** The commands that measure a model (or a node that was cut from it) with the runtime, and read the result. */
export function measureCommands(task: MeasureTask): Recipe {
  const { profile, workload } = task;
  const { inputs, problems } = inputsOf(task.model, task.inference);
  const path = asPath(task.path);
  const name = task.path.replace(/^.*[/\\]/, '');
  // What comes of a text lies beside what comes of the model of the same name.
  const stem = asPath(isTextPath(name) ? name : withoutExtension(name));
  const context: Context = { ...task, path, inputs, stem };
  const recipe = entryOf(recipes, profile.id);
  if (!isOnnx(task.model.origin)) problems.push(problem('error', 'measure.not-onnx', {}));
  if (!task.isNode && task.model.origin.format === 'onnx-text')
    problems.push(problem('warning', 'measure.text-model', {}));
  if (workload.phase === 'training') problems.push(problem('warning', 'measure.training', {}));
  if (!recipe) problems.push(problem('warning', 'measure.no-tool', { runtime: profile.name }));
  if (wholeOnly.has(profile.id))
    problems.push(problem('information', 'measure.whole-only', { runtime: profile.name }));
  if (launchOnly.has(profile.id)) problems.push(problem('information', 'measure.launch-only', {}));
  if (!Object.hasOwn(ownPrecision, profile.id) && workload.precision !== 'as-stored')
    problems.push(problem('warning', 'measure.precision', { precision: workload.precision }));
  appendAll(problems, hiddenNames(context));
  if (problems.some(({ severity }) => severity === 'error')) return { steps: [], problems };
  return { steps: recipe ? recipe(context) : readSteps(context, `${stem}.csv`), problems };
}

/** A path that no program takes for an option. */
function asPath(path: string): string {
  return path.startsWith('-') ? `./${path}` : path;
}

/** An option with its value, which may begin like an option itself. */
function option(name: string, value: string): string[] {
  return value.startsWith('-') ? [`${name}=${value}`] : [name, value];
}

/** Names that no command may hold: what they make a shell or a terminal do, nobody sees. */
function hiddenNames({ path, inputs, inference, chip }: Context): Problem[] {
  const names = [path, chip.id, ...[...inputs, ...inference.symbols].map(({ name }) => name)];
  const hidden = new Set(names.filter(hasHidden));
  return [...hidden].map((name) => problem('error', 'measure.hidden-name', { name: visible(name) }));
}

function ortSteps(context: Context, provider: string, flag: string): MeasureStep[] {
  const { path, stem, inputs } = context;
  const out = `${stem}.profile.json`;
  const script = [
    'import os',
    'import numpy as np, onnxruntime as ort',
    'options = ort.SessionOptions()',
    'options.enable_profiling = True',
    `session = ort.InferenceSession(${pythonText(path)}, options, providers=[${pythonText(provider)}])`,
    'random = np.random.default_rng(0)',
    'feeds = {',
    ...inputs.map((input) => `    ${pythonText(input.name)}: ${numpyInput(input)}`),
    '}',
    `for _ in range(${runs + 1}):`,
    '    session.run(None, feeds)',
    `os.replace(session.end_profiling(), ${pythonText(out)})`,
  ];
  const steps: MeasureStep[] = [{ purpose: 'profile', words: ['python3', '-'], input: script }];
  const dimensions = overrides(inputs);
  if (dimensions) {
    const words = [
      'onnxruntime_perf_test',
      '-I',
      '-e',
      flag,
      '-m',
      'times',
      '-r',
      String(runs),
      ...dimensions,
    ];
    steps.push({
      purpose: 'instead',
      words: [...words, '-p', `${stem}.profile`, path],
    });
  }
  return steps;
}

/** Runtimes that convert the model themselves, with what they are told. As stored never means TF32. */
const trtFlags: Readonly<Record<PrecisionPolicy, readonly string[]>> = {
  'as-stored': ['--noTF32'],
  fp32: ['--noTF32'],
  tf32: [],
  bf16: ['--bf16'],
  fp16: ['--fp16'],
  fp8: ['--fp8'],
  int8: ['--int8', '--fp16'],
  'int4-weights': ['--stronglyTyped'],
  fp4: ['--stronglyTyped'],
};
const openvinoTypes: Readonly<Partial<Record<PrecisionPolicy, string>>> = {
  ...{ 'as-stored': 'f32', fp32: 'f32', fp16: 'f16', bf16: 'bf16' },
};
const ownPrecision: Readonly<Record<string, true>> = { tensorrt: true, openvino: true };

function trtexecStep({ path, stem, inputs, workload, model, profile }: Context): MeasureStep {
  const dynamic = inputs.filter(({ declared }) => declared?.some((dim) => typeof dim !== 'number') ?? true);
  const shapes = dynamic.map(({ name, shape }) => {
    const plain = /[:,]/.test(name) ? `'${name}'` : name;
    return `${plain}:${shape.length > 0 ? shape.join('x') : 'scalar'}`;
  });
  // Models that are stored in other types than FP32 say themselves where they use which.
  const mixed =
    workload.precision === 'as-stored' && model.graph.initializers.some(({ dtype }) => isNarrow(dtype));
  const words = [
    ...['trtexec', `--onnx=${path}`, ...(shapes.length > 0 ? [`--shapes=${shapes.join(',')}`] : [])],
    ...(mixed ? ['--stronglyTyped', '--noTF32'] : trtFlags[workload.precision]),
    ...(profile.launch === 'graph' ? ['--useCudaGraph'] : []),
    ...['--warmUp=500', `--iterations=${runs}`, '--separateProfileRun', '--profilingVerbosity=detailed'],
    ...[`--exportProfile=${stem}.profile.json`, `--exportLayerInfo=${stem}.layers.json`],
  ];
  return { purpose: 'profile', words };
}

const isNarrow = (dtype: DataType | undefined): boolean =>
  dtype === 'float16' || dtype === 'bfloat16' || dtype === 'int8' || dtype === 'uint8' || dtype === 'int4';

function openvinoStep({ path, stem, inputs, workload, chip }: Context): MeasureStep {
  const shapes = inputs.map(({ name, shape }) => `${name}[${shape.join(',')}]`).join(',');
  const precision = openvinoTypes[workload.precision];
  const words = [
    ...[
      'benchmark_app',
      '-m',
      path,
      '-d',
      traitsOf[chip.class].openvinoDevice ?? 'AUTO',
      ...option('-shape', shapes),
    ],
    ...(precision === undefined ? [] : ['-infer_precision', precision]),
    ...['-hint', 'none', '-nireq', '1', '-nstreams', '1', '-api', 'sync', '-niter', String(runs)],
    ...['-report_type', 'detailed_counters', '-report_folder', `${stem}.counters`],
  ];
  return { purpose: 'profile', words };
}

function tfliteSteps({ path, stem, inputs }: Context, isEdge: boolean): MeasureStep[] {
  const shapes = inputs.map(({ name, shape }) => `${name}:${shape.join(',')}`);
  const overwrite = shapes.length > 0 ? ['-ois', ...shapes] : [];
  const convert = ['onnx2tf', '-i', path, '-o', `${stem}.tflite`, ...overwrite, ...(isEdge ? ['-oiqt'] : [])];
  const file = `${stem}.tflite/${stem}_${isEdge ? 'full_integer_quant' : 'float32'}`;
  const compiled = isEdge ? `${file}_edgetpu.tflite` : `${file}.tflite`;
  const delegate = isEdge ? ['--external_delegate_path=libedgetpu.so.1'] : [];
  const steps: MeasureStep[] = [{ purpose: 'convert', words: convert }];
  if (isEdge) {
    const compile = ['edgetpu_compiler', '-o', `${stem}.tflite`, `${file}.tflite`];
    steps.push({ purpose: 'convert', words: compile });
  }
  const words = ['benchmark_model', `--graph=${compiled}`, `--num_runs=${runs}`, ...delegate];
  return [...steps, { purpose: 'time', words }];
}

/** Reads the profile: lays it beside the estimates, and fits the chip's constants to it where there are enough kernels. */
function readSteps(context: Context, file?: string, withLayers = false): MeasureStep[] {
  const compare = readStep('compare', context, file, withLayers);
  return context.isNode ? [compare] : [compare, readStep('calibrate', context, file, withLayers)];
}

/** With the bindings and the runtime of the measurement. */
function readStep(
  purpose: 'compare' | 'calibrate',
  context: Context,
  file = `${context.stem}.profile.json`,
  withLayers = false,
): MeasureStep {
  const { path, stem, chip, profile, workload, inference } = context;
  const bindings = inference.symbols.flatMap(({ name, value }) =>
    value === null ? [] : option('--bind', `${name}=${value}`),
  );
  const converts = Object.hasOwn(ownPrecision, profile.id) && workload.precision !== 'as-stored';
  const words = [
    ...['siliconlens', purpose === 'compare' ? 'analyze' : 'calibrate', path, '--profile', file],
    ...(withLayers ? ['--layers', `${stem}.layers.json`] : []),
    ...['--chip', chip.id, '--runtime', profile.id, ...bindings],
    ...(workload.phase === 'inference' ? [] : ['--phase', workload.phase]),
    ...(converts ? ['--precision', workload.precision] : []),
    ...(purpose === 'compare' ? [] : ['--out', `.siliconlens/chips/${chip.id}-measured.json`]),
  ];
  return { purpose, words };
}
