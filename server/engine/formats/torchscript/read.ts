import type { ByteSource } from '../../graph/byteSource';
import { dataTypes, type DataType } from '../../graph/dataTypes';
import { atenDomain } from '../../graph/domains';
import { emptyGraph } from '../../graph/emptyModel';
import type { Model, Tensor, TensorData, ValueInfo } from '../../graph/model';
import { runPolitely, type Scheduler } from '../../scheduler';
import { ProblemList } from '../problems';
import { readTold } from '../readTold';
import type { Meter, ReadModel, Room } from '../room';
import { damaged, unreadable, UnreadableError } from '../unreadable';
import { firstEntryName, isZip, zipContent, zipEntries, zipStart, type ZipEntry } from '../zip/archive';
import { Interpreter } from './interpret';
import { openShape } from './inputs';
import { limits, memory } from './limits';
import { constantPrefix, kindKey, numberIn, Objects, tensorIn, type StoredTensor } from './objects';
import { parseCode, type CodeClass, type CodeFunction, type Parameter } from './parse';
import { isKind, itemsOf, readPickle, untagged, type Pickled } from './pickle';
import type { ObjectValue, TensorValue, Value } from './values';

const codeName = /^[^/]+\/code\/(.+)\.py$/;
/** The first entry of an archive of torch.jit.save, and of one of torch.save too: the directory decides. */
const firstName =
  /^[^/]+\/(?:data\.pkl|data\/\d+|constants\.pkl|code\/|version|byteorder|\.data\/|\.format_version|extra\/)/;
const endings = /\.(?:pt|pth|torchscript|ts|ptl)$/i;

/** Whether an archive may be one of TorchScript, by its first entry. */
export function isTorchScript(head: Uint8Array, name: string): boolean {
  if (!isZip(head)) return false;
  const first = firstEntryName(head);
  return firstName.test(first) && (endings.test(name) || first.includes('/code/'));
}

/**
 * Reads an archive of torch.jit.save: its code is followed with the sizes of weights and inputs and without running anything, and its pickles
 * are walked without calling what they name; never weights. Source: torch/csrc/jit/docs/serialization.md of PyTorch 2.13. Bad input gives the
 * part that could be read, and problems.
 */
export function readTorchScript(source: ByteSource, scheduler: Scheduler, room: Room): Promise<ReadModel> {
  return readTold(source, room, limits.problems, (problems, meter) =>
    new ArchiveReader(source, scheduler, problems, meter).read(),
  );
}

class ArchiveReader {
  private entries: ReadonlyMap<string, ZipEntry> = new Map();
  private folder = '';
  readonly classes = new Map<string, CodeClass>();
  readonly functions = new Map<string, CodeFunction>();

  constructor(
    private readonly source: ByteSource,
    private readonly scheduler: Scheduler,
    private readonly problems: ProblemList,
    private readonly meter: Meter,
  ) {}

  async read(): Promise<Model> {
    this.entries = await zipEntries(this.source, this.meter);
    const code = [...this.entries.keys()].filter((name) => codeName.test(name));
    const [first] = code;
    // Without code it is a checkpoint: weights, and what a program makes of them.
    if (first === undefined) throw unreadable('format.pytorch', {}, 0);
    this.folder = first.slice(0, first.indexOf('/') + 1);
    await this.readCode(code);
    const objects = new Objects(this.classes);
    const root = objects.value(await this.pickle('data.pkl'), '');
    if (root.kind !== 'object') throw damaged('data.pkl', 0);
    objects.walk(root);
    const method = this.classes.get(root.className)?.methods.get('forward');
    if (!method) throw damaged('forward', 0);
    const constants = await this.constants(objects);
    const inputs = await this.inputs(method.parameters.slice(1));
    const { followed, given, result } = await this.follow(objects, { root, constants, inputs });
    return this.model(followed, given, result, await this.initializers(objects));
  }

  /**
   * Follows `forward`; again where a layer told sizes of inputs that nobody stated, since the code may ask for them before. What was followed before
   * something stopped it stays.
   */
  private async follow(
    objects: Objects,
    { root, constants, inputs }: { root: ObjectValue; constants: readonly Value[]; inputs: readonly Value[] },
  ): Promise<{ followed: Interpreter; given: readonly Value[]; result: Value }> {
    let given = inputs;
    for (;;) {
      const problems = new ProblemList(limits.problems);
      const followed = new Interpreter(this, objects, problems, this.meter);
      followed.constants = constants;
      const steps = followed.method(root, 'forward', given);
      const result = await evaluated(problems, runPolitely(steps, this.scheduler));
      if (followed.learned.size === 0) {
        for (const found of problems.finish()) this.problems.push(found);
        return { followed, given, result };
      }
      given = given.map((value) => {
        const learned = value.kind === 'tensor' ? followed.learned.get(value.name) : undefined;
        return learned ? { ...(value as TensorValue), ...learned } : value;
      });
    }
  }

  private async content(name: string, most: number): Promise<Uint8Array | undefined> {
    const entry = this.entries.get(`${this.folder}${name}`);
    if (!entry) return undefined;
    this.meter.take(memory.byte * Math.min(entry.size, most));
    return zipContent(this.source, entry, most, this.meter);
  }

  private async readCode(names: readonly string[]): Promise<void> {
    let left = limits.allCode;
    for (const name of names) {
      const turn = this.scheduler.tick();
      if (turn) await turn;
      const bytes = (await this.content(name.slice(this.folder.length), limits.code)) ?? new Uint8Array();
      left -= bytes.length;
      if (left < 0) throw unreadable('format.part-too-long', { part: 'code' }, 0);
      const prefix = codeName.exec(name)![1]!.replaceAll('/', '.');
      const { classes, functions } = parseCode(new TextDecoder().decode(bytes));
      for (const one of classes) this.classes.set(`${prefix}.${one.name}`, one);
      for (const one of functions) this.functions.set(`${prefix}.${one.name}`, one);
    }
  }

  private async pickle(name: string): Promise<Pickled | undefined> {
    const bytes = await this.content(name, limits.pickle);
    return bytes && readPickle(bytes);
  }

  /** Constants of the code; of single whole numbers what they hold, since sizes are computed with them. */
  private async constants(objects: Objects): Promise<readonly Value[]> {
    const all: Value[] = [];
    for (const [i, one] of itemsOf(untagged(await this.pickle('constants.pkl'))).entries()) {
      const value = objects.value(one, `${constantPrefix}c${i}`, [[kindKey, 'CONSTANT_TENSOR']]);
      const tensor = value.kind === 'tensor' ? objects.tensors.get(value.name) : undefined;
      const isSingle = tensor?.value.shape?.length === 0;
      const bytes = isSingle ? await this.content(`constants/${tensor.key}`, 64) : undefined;
      const number = bytes && numberIn(bytes, tensor!.value.dtype);
      if (tensor && number !== undefined) tensor.number = number;
      const isWhole = value.kind === 'tensor' && Number.isSafeInteger(number) && !isFloat(value.dtype);
      all.push(isWhole ? { ...value, number: number! } : value);
    }
    return all;
  }

  /** Values of what `forward` is given: tensors of the types that a trace was made with, whose first axis is open. */
  private async inputs(parameters: readonly Parameter[]): Promise<readonly Value[]> {
    const traced = await this.traced();
    const isTensor = ({ type }: Parameter): boolean => type === 'Tensor' || type === '';
    return parameters.flatMap((parameter, i): Value[] => {
      if (!isTensor(parameter)) return parameter.otherwise ? [] : [{ kind: 'unknown' }];
      const found = traced[i];
      const shape = found && openShape(found.dims, !isFloat(found.dtype));
      return [{ kind: 'tensor', name: parameter.name, dtype: found?.dtype, shape, isInput: true }];
    });
  }

  private async traced(): Promise<readonly ReturnType<typeof tensorIn>[]> {
    const pickled = untagged(await this.pickle('traced_inputs.pkl'));
    const entries = isKind(pickled, 'dict') ? pickled.entries : [];
    const [, list] = entries.find(([key]) => key === 'forward') ?? [];
    return itemsOf(untagged(list)).map(tensorIn);
  }

  private async initializers(objects: Objects): Promise<readonly Tensor[]> {
    const all: Tensor[] = [];
    for (const tensor of objects.tensors.values()) {
      const turn = this.scheduler.tick();
      if (turn) await turn;
      all.push(await this.initializer(tensor));
    }
    return all;
  }

  private async initializer({ value, key, metadata, number }: StoredTensor): Promise<Tensor> {
    const place = value.name.startsWith(constantPrefix) ? 'constants' : 'data';
    const entry = this.entries.get(`${this.folder}${place}/${key}`);
    const data: TensorData =
      entry?.method === 0
        ? { place: 'embedded', offset: await zipStart(this.source, entry), length: entry.size }
        : { place: 'none' };
    const dims = (value.shape ?? []).filter((dim) => typeof dim === 'number');
    return {
      name: value.name,
      ...(value.dtype && { dtype: value.dtype }),
      dims,
      data,
      ...(number !== undefined && { elements: [number] }),
      ...(metadata.length > 0 && { metadata }),
    };
  }

  private model(
    followed: Interpreter,
    given: readonly Value[],
    result: Value,
    initializers: readonly Tensor[],
  ): Model {
    const inputs = given.flatMap((value) => (value.kind === 'tensor' ? [infoOf(value)] : []));
    const outputs = [...new Set(tensorsIn(result))].map(infoOf);
    const listed = new Set([...inputs, ...outputs].map(({ name }) => name));
    const domains = [...new Set([atenDomain, ...followed.nodes.map(({ domain }) => domain)])];
    return {
      origin: { format: 'torchscript', facts: { docString: '', metadata: [] } },
      operatorSets: domains.map((domain) => ({ domain, version: 1 })),
      graph: {
        ...emptyGraph,
        name: 'forward',
        inputs,
        outputs,
        valueInfo: [
          ...[...followed.values.values()].filter(({ name }) => !listed.has(name)),
          ...initializers.flatMap(kindOf),
        ],
        initializers,
        nodes: followed.nodes,
      },
      functions: [],
    };
  }
}

/** Of what kind a weight is, where its module says so. */
function kindOf({ name, dtype, dims, metadata }: Tensor): readonly ValueInfo[] {
  return metadata ? [{ name, type: { kind: 'tensor', ...(dtype && { dtype }), shape: dims }, metadata }] : [];
}

const isFloat = (dtype: DataType | undefined): boolean =>
  dtype === undefined || dataTypes[dtype].kind === 'float';

/** A value, unknown where the code cannot be understood, which is told. */
async function evaluated(problems: ProblemList, value: Promise<Value>): Promise<Value> {
  try {
    return await value;
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    problems.push(error.problem);
    return { kind: 'unknown' };
  }
}

function infoOf({ name, dtype, shape }: TensorValue): ValueInfo {
  return { name, type: { kind: 'tensor', ...(dtype && { dtype }), ...(shape && { shape }) } };
}

function tensorsIn(value: Value): readonly TensorValue[] {
  if (value.kind === 'tensor') return [value];
  return value.kind === 'list' ? value.items.flatMap(tensorsIn) : [];
}
