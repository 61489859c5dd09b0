import type { ByteSource } from '../../graph/byteSource';
import type { Facts, Tensor } from '../../graph/model';
import type { JsonObject } from '../../lower/fields';
import { classOf } from '../../lower/diffusers/diffusers';
import { lowerConfiguration } from '../../lower/lowerConfiguration';
import type { Scheduler } from '../../scheduler';
import { readBeside, type Beside } from '../beside';
import { marked, ProblemList } from '../problems';
import { Meter, readInRoom, type ReadModel, type Room } from '../room';
import { readJson } from './json';
import { limits, memory } from './limits';
import { readHead, type SafetensorsHead } from './safetensors';

/** Names of files in a folder of transformers. */
const configurationName = 'config.json';
/** What a pipeline of diffusers is made of; its models have folders of their own. */
const pipelineName = 'model_index.json';
const weightsNames = ['model.safetensors'];
/** The first one that is there: files of diffusers may be of 16 bits alone. */
const diffusersNames = ['diffusion_pytorch_model.safetensors', 'diffusion_pytorch_model.fp16.safetensors'];
const indexEnding = '.index.json';

/** One of several files of weights: `model-00001-of-00030.safetensors`. */
const shardName = /^(.*)-\d{5}-of-\d{5}(\.safetensors)$/;

/** Whether a file is the configuration of a model, by its first bytes and its name. */
export function isConfiguration(head: Uint8Array, name: string): boolean {
  return (
    [configurationName, pipelineName].some((one) => name.toLowerCase().endsWith(one)) &&
    new TextDecoder().decode(head).trimStart().startsWith('{')
  );
}

/** Reads a configuration, and the heads of the files of weights beside it where there are some. */
export async function readConfiguration(
  source: ByteSource,
  scheduler: Scheduler,
  room: Room,
  beside: Beside,
): Promise<ReadModel> {
  const folder = new Folder(beside, scheduler, room);
  return readInRoom(source, folder, async () => {
    const configuration = await folder.configuration(source);
    if (!configuration) {
      folder.problems.add('error', 'format.damaged', { part: configurationName }, 0);
      return { value: null, problems: folder.problems.finish(), bytes: 0 };
    }
    for (const name of classOf(configuration) === undefined ? weightsNames : diffusersNames) {
      if (await folder.readWeights(null, name)) break;
    }
    return folder.model(configuration);
  });
}

/** Reads the head of a file of weights, with those of the others that belong to it, and the configuration beside it. */
export async function readSafetensors(
  source: ByteSource,
  scheduler: Scheduler,
  room: Room,
  beside: Beside,
): Promise<ReadModel> {
  const folder = new Folder(beside, scheduler, room);
  return readInRoom(source, folder, async () => {
    await folder.readWeights(source, beside.name);
    const configuration = await readBeside(beside, configurationName, (file) => folder.configuration(file));
    return folder.model(configuration ?? {});
  });
}

/** A folder of transformers as it is read: tensors, and what they say besides. */
class Folder {
  readonly problems = new ProblemList(limits.problems);
  /** Where reading stands: heads are read at once. */
  readonly at = 0;
  private readonly meter: Meter;
  private readonly tensors = new Map<string, Tensor>();
  private readonly metadata: (readonly [string, string])[] = [];

  constructor(
    private readonly beside: Beside,
    private readonly scheduler: Scheduler,
    room: Room,
  ) {
    this.meter = new Meter(room);
  }

  async configuration(source: ByteSource): Promise<JsonObject | null> {
    if (source.size > limits.configuration) return null;
    return readJson(await source.read(0, source.size));
  }

  /**
   * @param own the file that is read; null: it lies beside, under the name, or not at all
   * @returns whether there are any
   */
  async readWeights(own: ByteSource | null, name: string): Promise<boolean> {
    const [, stem = '', ending = ''] = shardName.exec(name) ?? [];
    const index = `${ending === '' ? name : stem + ending}${indexEnding}`;
    const files =
      own && ending === '' ? null : await readBeside(this.beside, index, (file) => filesOfIndex(file));
    if (own) this.add(await readHead(own, null, this.problems, this.meter));
    else if (!files)
      await readBeside(this.beside, name, async (file) => this.add(await this.headOf(file, name)));
    for (const file of files ?? []) {
      const turn = this.scheduler.tick();
      if (turn) await turn;
      if (file === name && own) continue;
      const isThere = await readBeside(this.beside, file, async (shard) => {
        this.add(await this.headOf(shard, file));
        return true;
      });
      if (!isThere) this.problems.add('warning', 'format.part-missing', { file }, 0);
    }
    return this.tensors.size > 0;
  }

  private headOf(source: ByteSource, location: string): Promise<SafetensorsHead> {
    return readHead(source, location, this.problems, this.meter);
  }

  private add({ tensors, metadata }: SafetensorsHead): void {
    for (const tensor of tensors) this.tensors.set(tensor.name, tensor);
    if (this.metadata.length === 0) for (const pair of metadata) this.metadata.push(pair);
  }

  model(configuration: JsonObject): ReadModel {
    const { problems, meter } = this;
    const metadata = [...this.metadata, ...factsOf(configuration)];
    const facts: Facts = { docString: '', metadata };
    const name = configuration['_name_or_path'];
    const { value, problems: remarks } = lowerConfiguration({
      name: typeof name === 'string' ? name : '',
      configuration,
      tensors: [...this.tensors.values()],
      facts,
    });
    meter.take(memory.tensor * value.graph.nodes.length);
    for (const remark of remarks) problems.push(remark);
    return marked({ value, problems: problems.finish(), bytes: meter.bytes });
  }
}

/** The files that an index of tensors names, each once; none where it is damaged. */
async function filesOfIndex(source: ByteSource): Promise<readonly string[]> {
  if (source.size > limits.head) return [];
  const { weight_map: map } = readJson(await source.read(0, source.size)) ?? {};
  const files = typeof map === 'object' && map !== null ? Object.values(map) : [];
  return [...new Set(files.filter((file) => typeof file === 'string'))].sort().slice(0, limits.files);
}

/** Texts of longer fields are not shown. */
const longest = 200;

/** The fields of a configuration, as the head of a listing has them. */
function factsOf(configuration: JsonObject): (readonly [string, string])[] {
  return Object.entries(configuration).flatMap(([key, value]) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return text.length > longest ? [] : [[key, text] as const];
  });
}
