import { symbol, type Dim } from '../../graph/dim';
import { objectOf, type JsonObject } from '../../lower/fields';
import { openDimension } from '../dims';
import { listOf, textOf } from '../json';
import type { ProblemList } from '../problems';
import {
  argumentsOf,
  placesIn,
  type Argument,
  type Content,
  type Given,
  type Reference,
  type Stated,
} from './given';
import { limits } from './limits';
import { absent, type Value } from './writer';

/** Whether a layer stands for what a model is called with. */
export const isInput = (layer: JsonObject): boolean => textOf(layer, 'class_name') === 'InputLayer';

/** Who writes what a model is made of. */
export interface Caller {
  readonly problems: ProblemList;
  input(layer: JsonObject): Value;
  constant(path: string, content: Content): Value;
  call(layer: JsonObject, about: CallAbout): Promise<readonly Value[]>;
}

/** What is known of a call beside its layer. */
export interface CallAbout {
  /** Of the models that it stands in. */
  readonly prefix: string;
  readonly given: Given;
  /** What others that read its results say of them. */
  readonly stated: readonly Stated[];
  readonly depth: number;
}

/** A layer of a model, with its calls. */
interface Member {
  readonly layer: JsonObject;
  readonly calls: readonly unknown[];
}

interface Calling {
  readonly layer: string;
  readonly node: number;
}

const keyOf = ({ layer, node }: Calling): string => `${node}:${layer}`;

/** A model whose layers name each other's results. */
export class Functional {
  private readonly members = new Map<string, Member>();
  private readonly results_ = new Map<string, readonly Value[]>();
  private readonly arguments_ = new Map<string, readonly Argument[]>();
  /** What the arguments of calls say of results, by the call that gives them. */
  private readonly stated = new Map<string, Stated[]>();

  constructor(
    private readonly network: Caller,
    private readonly config: JsonObject,
    private readonly prefix: string,
    private readonly depth: number,
  ) {
    for (const one of listOf(config, 'layers')) {
      const layer = objectOf(one) ?? {};
      const calls = listOf(layer, 'inbound_nodes').slice(0, limits.nodes);
      this.members.set(textOf(layer, 'name'), { layer, calls });
    }
    for (const [layer, { calls }] of this.members)
      for (const [node, call] of calls.entries()) this.note({ layer, node }, call);
  }

  private note(calling: Calling, call: unknown): void {
    const all = argumentsOf(call);
    this.arguments_.set(keyOf(calling), all);
    for (const one of all) {
      if (one.kind !== 'reference') continue;
      const { reference } = one;
      const list = this.stated.get(keyOf(reference)) ?? [];
      this.stated.set(keyOf(reference), list);
      if (reference.tensor < limits.list) list[reference.tensor] ??= reference;
    }
  }

  /** @param given what it is called with; undefined where its inputs are those of the graph */
  async results(given: readonly Value[] | undefined): Promise<readonly Value[]> {
    const places = placesIn(this.config['input_layers']);
    for (const [i, place] of places.entries()) {
      const layer = this.members.get(place.layer)?.layer;
      const value = given ? given[i] : layer && this.network.input(layer);
      if (value) this.results_.set(keyOf(place), [value]);
    }
    const outputs = placesIn(this.config['output_layers']);
    for (const output of outputs) await this.evaluate(output);
    return outputs.flatMap((output) => this.resultAt(output) ?? []);
  }

  private resultAt(place: Reference): Value | undefined {
    return this.results_.get(keyOf(place))?.[place.tensor];
  }

  /** Writes a call out behind all that it reads, but for what waits for this call itself. */
  private async evaluate(wanted: Calling): Promise<void> {
    const waiting: Calling[] = [wanted];
    const begun = new Set<string>();
    for (let next = waiting.at(-1); next; next = waiting.at(-1)) {
      const key = keyOf(next);
      if (this.results_.has(key)) {
        waiting.pop();
        continue;
      }
      const isFirst = !begun.has(key);
      begun.add(key);
      const missing = isFirst ? this.missingOf(key).filter((one) => !begun.has(keyOf(one))) : [];
      if (missing.length === 0) {
        await this.run(next, key);
        waiting.pop();
      }
      for (const one of missing.toReversed()) waiting.push(one);
    }
  }

  private missingOf(key: string): readonly Calling[] {
    const seen = new Map<string, Calling>();
    for (const one of this.arguments_.get(key) ?? [])
      if (one.kind === 'reference' && !this.results_.has(keyOf(one.reference)))
        seen.set(keyOf(one.reference), one.reference);
    return [...seen.values()];
  }

  private async run(calling: Calling, key: string): Promise<void> {
    const layer = this.members.get(calling.layer)?.layer;
    const all = this.arguments_.get(key);
    if (!layer || (!all && !isInput(layer))) {
      this.results_.set(key, []);
      return this.lose();
    }
    if (!all || isInput(layer)) {
      this.results_.set(key, [this.network.input(layer)]);
      return;
    }
    const stated = this.stated.get(key) ?? [];
    const values = await this.network.call(layer, {
      prefix: this.prefix,
      given: this.given(layer, all),
      stated,
      depth: this.depth,
    });
    this.results_.set(
      key,
      values.map((value, i) => completed(value, stated[i])),
    );
  }

  /** A result that nobody gives, or that waits for itself. */
  private lose(): void {
    this.network.problems.addOnce('error', 'format.damaged', { part: 'inbound_nodes' }, 0);
  }

  private given(layer: JsonObject, all: readonly Argument[]): Given {
    const tensors: { at: string; value: Value }[] = [];
    const plain = new Map<string, unknown>();
    for (const one of all) {
      if (one.kind === 'plain') plain.set(one.at, one.plain);
      else if (one.kind === 'content') {
        const value = this.network.constant(`${this.prefix}${textOf(layer, 'name')}/${one.at}`, one.content);
        tensors.push({ at: one.at, value });
      } else {
        const value = this.resultAt(one.reference);
        if (!value) this.lose();
        tensors.push({ at: one.at, value: value ?? absent });
      }
    }
    return { tensors, plain };
  }
}

/** A result with what the file says of it: sizes and a type that it states are those that Keras had. */
function completed(value: Value, stated: Stated | undefined): Value {
  if (value === absent) return value;
  const dtype = stated?.dtype ?? value.dtype;
  const { shape } = value;
  const sizes = stated?.shape;
  const isAlike = sizes !== undefined && shape?.length === sizes.length;
  const whole = sizes?.map(
    (dim, axis): Dim => dim ?? (isAlike ? shape[axis]! : axis === 0 ? symbol('batch') : openDimension),
  );
  return Object.assign(value, { ...(dtype && { dtype }), ...(whole && { shape: whole }) });
}
