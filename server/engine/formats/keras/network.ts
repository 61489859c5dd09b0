import { entryOf } from '../../../../outside/table';
import { symbol, type Dim } from '../../graph/dim';
import { kerasCustomDomain } from '../../graph/domains';
import type { Shape } from '../../graph/model';
import { objectOf, type JsonObject } from '../../lower/fields';
import { openDimension } from '../dims';
import { listOf, member, textOf } from '../json';
import type { ProblemList } from '../problems';
import { unreadable } from '../unreadable';
import { Call } from './call';
import { Functional, isInput, type CallAbout, type Caller } from './functional';
import { shapeIn, typeOf, type Content, type Given } from './given';
import { layerOf } from './layers/index';
import type { Scheduler } from '../../scheduler';
import type { CallInner } from './layers/wrappers';
import { limits } from './limits';
import { operation } from './operations';
import { policyOf } from './policy';
import { absent, type Value, type Writer } from './writer';

const sequential = 'Sequential';

/** Whether the configuration of a model says of which layers it is made, and how they hang together. */
export function isNetwork(model: JsonObject): boolean {
  const config = member(model, 'config');
  if (!Array.isArray(entryOf(config, 'layers'))) return false;
  return textOf(model, 'class_name') === sequential || entryOf(config, 'output_layers') !== undefined;
}

/** Whether a class is one of Keras itself; other programs may have classes of the same name. */
const isKeras = (layer: JsonObject): boolean => /^keras(\.|$)/.test(textOf(layer, 'module') || 'keras');

const isOperation = (layer: JsonObject): boolean => /^keras\.(src\.)?ops(\.|$)/.test(textOf(layer, 'module'));

/** A list of values as what a layer is called with. */
const givenOf = (values: readonly Value[]): Given => ({
  tensors: values.map((value) => ({ at: 'arg0', value })),
  plain: new Map(),
});

/** Writes models and the layers within them out, one call after the other. */
export class Network implements Caller {
  constructor(
    private readonly writer: Writer,
    private readonly scheduler: Scheduler,
  ) {}

  /**
   * The results of a model.
   * @param given what it is called with; undefined for the outermost model, whose inputs are those of the graph
   */
  async model(
    model: JsonObject,
    prefix: string,
    given: readonly Value[] | undefined,
    depth = 0,
  ): Promise<readonly Value[]> {
    if (depth > limits.depth) throw unreadable('format.too-deep', { limit: limits.depth }, 0);
    const config = member(model, 'config') ?? {};
    if (textOf(model, 'class_name') === sequential) return this.chain(config, prefix, given, depth);
    return new Functional(this, config, prefix, depth).results(given);
  }

  private async chain(
    config: JsonObject,
    prefix: string,
    given: readonly Value[] | undefined,
    depth: number,
  ): Promise<readonly Value[]> {
    const layers = listOf(config, 'layers').map((one) => objectOf(one) ?? {});
    let values = given ?? [this.chainInput(config, layers)];
    for (const layer of layers)
      if (!isInput(layer))
        values = await this.call(layer, { prefix, given: givenOf(values), stated: [], depth });
    return values;
  }

  /** The input of a model that is a chain: its first layer's, or of the shape that it was built with. */
  private chainInput(config: JsonObject, layers: readonly JsonObject[]): Value {
    const [first = {}] = layers;
    if (isInput(first)) return this.input(first);
    const own = member(first, 'config');
    const shape = shapeIn(entryOf(own, 'batch_input_shape')) ?? shapeIn(entryOf(config, 'build_input_shape'));
    const isTable = textOf(first, 'class_name') === 'Embedding';
    return this.writer.input('input', isTable ? 'int32' : 'float', shape && opened('input', shape));
  }

  get problems(): ProblemList {
    return this.writer.problems;
  }

  /** An input of the graph, as an InputLayer states it. */
  input(layer: JsonObject): Value {
    const config = member(layer, 'config') ?? {};
    const name = (textOf(config, 'name') || 'input').slice(0, limits.text);
    const shape = shapeIn(entryOf(config, 'batch_shape')) ?? shapeIn(entryOf(config, 'batch_input_shape'));
    const dtype = typeOf(config['dtype']) ?? policyOf(config).compute;
    return this.writer.input(name, dtype, shape && opened(name, shape));
  }

  /** A tensor whose content stands among the arguments of a call. */
  constant(path: string, { dims, dtype, elements }: Content): Value {
    const isWhole = elements.length === dims.reduce((a, b) => a * b, 1);
    return this.writer.weight(path, dims, dtype, isWhole ? elements : undefined);
  }

  /** What a layer gives. */
  async call(layer: JsonObject, { prefix, given, stated, depth }: CallAbout): Promise<readonly Value[]> {
    if (depth > limits.depth) throw unreadable('format.too-deep', { limit: limits.depth }, 0);
    const turn = this.scheduler.tick();
    if (turn) await turn;
    const config = member(layer, 'config') ?? {};
    const name = textOf(config, 'name') || textOf(layer, 'name') || textOf(layer, 'class_name');
    const path = `${prefix}${name.slice(0, limits.text)}`;
    if (isNetwork(layer)) {
      const values = given.tensors.map(({ value }) => value);
      return this.model(layer, `${path}/`, values, depth + 1);
    }
    const call = new Call(this.writer, layer, path, shaped(layer, given), { stated, depth });
    const results = await this.written(call);
    this.writer.name(results, path);
    return results;
  }

  private async written(call: Call): Promise<readonly Value[]> {
    if (isOperation(call.layer)) return operation(call);
    const layer = isKeras(call.layer) ? layerOf(call.className) : undefined;
    if (!layer) return custom(call);
    const results = await layer(call, this.inner);
    return 'name' in results ? [results] : results;
  }

  /** A layer that stands in another one. */
  private readonly inner: CallInner = ({ path, depth }, layer, values) =>
    this.call(layer, { prefix: `${path}/`, given: givenOf(values), stated: [], depth: depth + 1 });
}

/** A layer that is not known: nobody knows its weights, and of its results what others say of them. */
function custom(call: Call): readonly Value[] {
  call.writer.storesMore = true;
  const domain = isKeras(call.layer) ? undefined : kerasCustomDomain;
  const count = Math.max(call.stated.length, 1);
  return call.emitAll(new Array<undefined>(count).fill(undefined), domain === undefined ? {} : { domain });
}

/** What a layer is called with, of the shape that it was built for where nothing else tells it. */
function shaped(layer: JsonObject, given: Given): Given {
  const [first, ...others] = given.tensors;
  if (!first || first.value === absent || first.value.shape || others.length > 0) return given;
  const stated = shapeIn(entryOf(member(layer, 'build_config'), 'input_shape'));
  if (!stated) return given;
  const shape = stated.map((dim, axis): Dim => dim ?? (axis === 0 ? symbol('batch') : openDimension));
  return { ...given, tensors: [{ ...first, value: Object.assign(first.value, { shape }) }] };
}

/** Names of open sizes of images and sequences, from the second axis on, by how many axes there are. */
const openNames: ReadonlyMap<number, readonly string[]> = new Map([
  [2, ['sequence']],
  [3, ['sequence']],
  [4, ['height', 'width']],
  [5, ['depth', 'height', 'width']],
]);

/** The shape of an input, whose open sizes have names: those of other axes that of the input and their place. */
function opened(name: string, shape: readonly (number | null)[]): Shape {
  const open = shape.flatMap((dim, axis) => (dim === null && axis > 0 ? [axis] : []));
  const names = openNames.get(shape.length) ?? [];
  const isUsual = open.length <= names.length;
  return shape.map((dim, axis): Dim => {
    if (dim !== null) return dim;
    if (axis === 0) return symbol('batch');
    return symbol((isUsual && names[open.indexOf(axis)]) || `${name}.dim${axis}`);
  });
}
