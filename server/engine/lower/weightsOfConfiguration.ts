import type { DataType } from '../graph/dataTypes';
import type { Tensor } from '../graph/model';
import type { Role } from './architecture';
import { MissingTensorError, type Part, type WeightSource } from './weightSource';
import type { TensorNames } from './weightsOfFile';

/** What a configuration says of weights. */
export interface StatedWeights {
  readonly names: TensorNames;
  /** What names begin with in a model of several parts. */
  readonly prefix: string;
  has(role: Role, part: Part, layer: number | undefined): boolean;
  /** Rows of tables, which no product states. */
  readonly rows: Readonly<Partial<Record<Role, number>>>;
  readonly type: DataType;
  /** The type of what a role's products multiply by where it is quantised. */
  quantised(role: Role): DataType | undefined;
  readonly isQuantised: boolean;
  /** The part of an expert that the tensor of all experts begins with, in files that keep each apart. */
  readonly expertParts: TensorNames;
}

/** A tensor of one expert of many: that of all of them stands for it. */
const ofOneExpert = /\.experts\.\d+\./;

/** What belongs to a quantised weight: the type in blocks stands for it. */
const ofQuantised =
  /[._](qweight|qzeros|scales|g_idx|blocks|absmax|quant_map|nested_absmax|nested_quant_map|quant_state\.\w+|weight_packed|weight_shape|weight_zero_point|weight_scale|weight_scale_inv|SCB)$/;

/** Roles whose tensors are no modules with a weight: their name is whole, and a bias has an ending of its own. */
const bare: ReadonlySet<Role> = new Set(['sinks', 'expertGateUp', 'expertDown', 'routerBias']);

/** The tensors that a configuration describes: those of a file where there is one, else of the sizes that follow from it. */
export class WeightsOfConfiguration implements WeightSource {
  readonly activationType: DataType;
  readonly cacheType: DataType;
  readonly stateType: DataType;
  private readonly files: ReadonlyMap<string, Tensor>;
  private readonly base: string;

  constructor(
    private readonly stated: StatedWeights,
    tensors: readonly Tensor[],
  ) {
    this.activationType = this.cacheType = this.stateType = stated.type;
    this.files = new Map(tensors.map((tensor) => [tensor.name, tensor]));
    this.base = this.baseOfFiles();
  }

  has(role: Role, layer?: number, part: Part = 'weight'): boolean {
    return Boolean(this.stated.names[role]) && this.stated.has(role, part, layer);
  }

  find(role: Role, part: Part, dims: readonly number[], layer?: number): Tensor | undefined {
    if (!this.has(role, layer, part)) return undefined;
    const name = this.nameOf(role, part, layer);
    const rows = this.stated.rows[role];
    const sizes = rows === undefined ? dims : [rows, ...dims.slice(1)];
    const known = this.inFiles(name);
    const quantised = part === 'weight' ? this.stated.quantised(role) : undefined;
    if (known && quantised === undefined) return known;
    const dtype = quantised ?? this.ofExperts(role, name)?.dtype ?? this.stated.type;
    return { name, dtype, dims: sizes, data: known?.data ?? { place: 'none' } };
  }

  /** The file's tensors that stand for themselves. */
  get others(): readonly Tensor[] {
    const isQuantised = this.stated.isQuantised;
    return [...this.files.values()].filter(
      ({ name }) => !ofOneExpert.test(name) && !(isQuantised && ofQuantised.test(name)),
    );
  }

  /** The first expert's tensor, where the file keeps each expert apart. */
  private ofExperts(role: Role, name: string): Tensor | undefined {
    const part = this.stated.expertParts[role];
    const at = name.lastIndexOf('.experts.');
    return part && at >= 0 ? this.files.get(`${name.slice(0, at)}.experts.0.${part}.weight`) : undefined;
  }

  take(role: Role, part: Part, dims: readonly number[], layer?: number): Tensor {
    const found = this.find(role, part, dims, layer);
    if (!found) throw new MissingTensorError(role);
    return found;
  }

  /**
   * Files of a model with a task's head have its names behind that of its base model, or the other way round
   * (`base_model_prefix` of transformers).
   */
  private inFiles(name: string): Tensor | undefined {
    const { files, base } = this;
    return files.get(name) ?? files.get(base + name) ?? files.get(name.slice(name.indexOf('.') + 1));
  }

  /** What stands before the names of the base model in files that have more than it. */
  private baseOfFiles(): string {
    const probe = this.stated.names.embedding ?? this.stated.names.patches;
    const name = `${this.stated.prefix}${probe}.weight`;
    if (probe === undefined || probe === null || this.files.has(name)) return '';
    const ending = `.${name}`;
    const found = [...this.files.keys()].find((name) => name.endsWith(ending));
    return found === undefined ? '' : found.slice(0, 1 - ending.length);
  }

  /** A name that begins with = is whole but for its `{part}`; others are of modules, which have a weight and may have a bias. */
  private nameOf(role: Role, part: Part, layer: number | undefined): string {
    const { names, prefix } = this.stated;
    const stated = names[role]!.replace('{}', String(layer)).replace('{part}', part);
    if (stated.startsWith('=')) return prefix + stated.slice(1);
    const name = prefix + stated;
    if (!bare.has(role)) return `${name}.${part}`;
    return part === 'bias' && role !== 'routerBias' ? `${name}_bias` : name;
  }
}
