import { entryOf } from '../../../../outside/table';
import type { ByteSource } from '../../graph/byteSource';
import { atenDomain } from '../../graph/domains';
import { emptyGraph } from '../../graph/emptyModel';
import type { Metadata, Model, Tensor, TensorData, ValueInfo } from '../../graph/model';
import { objectOf, type JsonObject } from '../../lower/fields';
import type { Scheduler } from '../../scheduler';
import { readJson } from '../huggingFace/json';
import type { ProblemList } from '../problems';
import { readTold } from '../readTold';
import type { Meter, ReadModel, Room } from '../room';
import { damaged } from '../unreadable';
import { firstEntryName, isZip, zipContent, zipEntries, zipStart, type ZipEntry } from '../zip/archive';
import { ProgramReader, tensorsOf } from './graph';
import { listOf, member, textOf } from '../json';
import { limits, memory } from './limits';
import schema from './schema.json';

/** The JSON of a program, today and until PyTorch 2.8, within the folder that an archive has. */
const programName = /^(?:[^/]+\/)?(?:models\/[^/]+\.json|serialized_exported_program\.json)$/;
const weightsName = /^(?:[^/]+\/)?data\/(?:weights|constants)\/[^/]+_config\.json$/;
const firstName = /^(?:[^/]+\/)?(?:models\/|data\/(?:weights|constants)\/|serialized_exported_program\.json)/;

/** How torch.onnx keeps of what kind an input is. */
const kindKey = 'pkg.torch.export.graph_signature.InputSpec.kind';

/** Whether an archive is one of torch.export, by its first entry or by its name. */
export function isPt2(head: Uint8Array, name: string): boolean {
  if (!isZip(head)) return false;
  const first = firstEntryName(head);
  return name.toLowerCase().endsWith('.pt2') || firstName.test(first);
}

/**
 * Reads an archive of torch.export.save: the graph from its JSON, types, shapes and places of weights; never weights, and no
 * pickle. Source: torch/_export/serde/schema.py of PyTorch 2.13. Bad input gives the part that could be read, and problems.
 */
export function readPt2(source: ByteSource, scheduler: Scheduler, room: Room): Promise<ReadModel> {
  return readTold(source, room, limits.problems, (problems, meter) =>
    new ArchiveReader(source, scheduler, problems, meter).read(),
  );
}

/** Where a weight lies, by its name in the program. */
interface Stored {
  readonly path: string;
  readonly data: TensorData;
}

class ArchiveReader {
  private entries: ReadonlyMap<string, ZipEntry> = new Map();

  constructor(
    private readonly source: ByteSource,
    private readonly scheduler: Scheduler,
    private readonly problems: ProblemList,
    private readonly meter: Meter,
  ) {}

  async read(): Promise<Model> {
    this.entries = await zipEntries(this.source, this.meter);
    const names = [...this.entries.keys()];
    const program = names.find((name) => programName.test(name));
    if (program === undefined) throw damaged('models/*.json', 0);
    const json = await this.json(program);
    const module = member(json, 'graph_module');
    const graph = member(module, 'graph');
    if (!graph) throw damaged(program, 0);
    const stored = new Map<string, Stored>();
    for (const name of names.filter((one) => weightsName.test(one))) await this.places(name, stored);
    return this.model(json, { graph, signature: member(module, 'signature') ?? {} }, stored);
  }

  private async json(name: string): Promise<JsonObject> {
    const entry = this.entries.get(name)!;
    this.meter.take(memory.json * entry.size);
    const found = readJson(await zipContent(this.source, entry, limits.program, this.meter));
    if (!found) throw damaged(name, entry.head);
    return found;
  }

  /** Where the weights of a configuration lie. */
  private async places(name: string, stored: Map<string, Stored>): Promise<void> {
    const folder = name.slice(0, name.lastIndexOf('/') + 1);
    for (const [weight, one] of Object.entries(member(await this.json(name), 'config') ?? {})) {
      const turn = this.scheduler.tick();
      if (turn) await turn;
      const path = `${folder}${textOf(objectOf(one) ?? {}, 'path_name')}`;
      const entry = this.entries.get(path);
      const isPlain = entry?.method === 0 && objectOf(one)?.['use_pickle'] !== true;
      const data: TensorData = isPlain
        ? { place: 'embedded', offset: await zipStart(this.source, entry), length: entry.size }
        : { place: 'none' };
      stored.set(weight, { path, data });
    }
  }

  private model(
    json: JsonObject,
    { graph, signature }: { readonly graph: JsonObject; readonly signature: JsonObject },
    stored: ReadonlyMap<string, Stored>,
  ): Model {
    const reader = new ProgramReader(this.problems, this.meter);
    const held = heldOf(signature, stored);
    const nameOf = (own: string): string => held.get(own)?.name ?? own;
    reader.read(graph, nameOf);
    const initializers = new Map<string, Tensor>();
    for (const { name, kind, data } of held.values()) {
      const type = reader.values.get(name)?.type;
      if (type?.kind !== 'tensor' || !type.shape?.every((dim) => typeof dim === 'number')) continue;
      const metadata: Metadata = [[kindKey, kind]];
      initializers.set(name, {
        name,
        ...(type.dtype && { dtype: type.dtype }),
        dims: type.shape,
        data,
        metadata,
      });
    }
    const infos = (list: readonly unknown[]): ValueInfo[] =>
      [...new Set(list.flatMap((one) => tensorsOf(objectOf(one) ?? {}, nameOf)))].map(
        (name) => reader.values.get(name) ?? { name },
      );
    const inputs = infos(listOf(graph, 'inputs')).filter(({ name }) => !initializers.has(name));
    const outputs = infos(listOf(graph, 'outputs'));
    const listed = new Set([...inputs, ...outputs].map(({ name }) => name));
    const facts = { docString: '', metadata: factsOf(json) };
    return {
      origin: { format: 'pt2', facts },
      operatorSets: domainsOf(reader, json),
      graph: {
        ...emptyGraph,
        name: 'program',
        inputs,
        outputs,
        valueInfo: [...reader.values.values()].filter(
          ({ name }) => !listed.has(name) && !initializers.has(name),
        ),
        initializers: [...initializers.values()],
        nodes: reader.nodes,
      },
      functions: [],
    };
  }
}

/** The inputs of a graph that hold weights, by the graph's name of each; weights that lie in one place are one. */
function heldOf(
  signature: JsonObject,
  stored: ReadonlyMap<string, Stored>,
): ReadonlyMap<string, { readonly name: string; readonly kind: string; readonly data: TensorData }> {
  const held = new Map<string, { name: string; kind: string; data: TensorData }>();
  const byPath = new Map<string, string>();
  for (const spec of listOf(signature, 'input_specs')) {
    const [kind = '', value] = Object.entries(objectOf(spec) ?? {})[0] ?? [];
    const known = entryOf(schema.inputs as Readonly<Record<string, { name: string; kind: string }>>, kind);
    const object = objectOf(value) ?? {};
    const own = textOf(member(object, 'arg'), 'name');
    if (!known || own === '') continue;
    const weight = textOf(object, known.name) || own;
    const place = stored.get(weight);
    const name = (place && byPath.get(place.path)) ?? weight;
    if (place) byPath.set(place.path, name);
    held.set(own, { name, kind: known.kind, data: place?.data ?? { place: 'none' } });
  }
  return held;
}

/** Versions of the sets of operators that the nodes are of. */
function domainsOf({ nodes }: ProgramReader, json: JsonObject): Model['operatorSets'] {
  const versions = member(json, 'opset_version') ?? {};
  const domains = [...new Set([atenDomain, ...nodes.map(({ domain }) => domain)])];
  return domains.map((domain) => {
    const version = entryOf(versions, domain);
    return { domain, version: typeof version === 'number' ? version : 1 };
  });
}

/** The version of PyTorch that wrote a file. */
function factsOf(json: JsonObject): Metadata {
  const version = textOf(json, 'torch_version');
  return version === '' ? [] : [['torch_version', version.slice(0, limits.text)]];
}
