import compiler from './profiles/compiler.json';
import coreml from './profiles/coreml.json';
import llamaCppCpu from './profiles/llama-cpp-cpu.json';
import llamaCppCuda from './profiles/llama-cpp-cuda.json';
import llamaCppMetal from './profiles/llama-cpp-metal.json';
import ncnn from './profiles/ncnn.json';
import none from './profiles/none.json';
import onnxruntimeCpu from './profiles/onnxruntime-cpu.json';
import onnxruntimeCuda from './profiles/onnxruntime-cuda.json';
import openvino from './profiles/openvino.json';
import qnn from './profiles/qnn.json';
import { entryOf } from '../../../outside/table';
import type { Blocking, ChannelsLast } from './blocking';
import type { OperatorName } from '../graph/model';
import type { OperatorClass } from '../operators/rule';
import { formTables, type FormTable } from './support/tables';
import type { CachePolicy } from '../workload';
import pytorchEager from './profiles/pytorch-eager.json';
import tensorrt from './profiles/tensorrt.json';
import tensorrtDla from './profiles/tensorrt-dla.json';
import tflite from './profiles/tflite.json';
import tfliteEdgetpu from './profiles/tflite-edgetpu.json';
import tfliteEthosU from './profiles/tflite-ethos-u.json';
import tfliteEthosU85 from './profiles/tflite-ethos-u85.json';
import tfliteGpu from './profiles/tflite-gpu.json';
import torchCompile from './profiles/torch-compile.json';
import vitisAi from './profiles/vitis-ai.json';
import xla from './profiles/xla.json';

/** A constant and how it is known. `basis` says how sure; `source` where it is from or, for assumptions, why. */
interface SourcedConstant {
  readonly value: number;
  readonly basis: 'measured' | 'published' | 'assumption';
  readonly source: string;
  readonly machine?: string;
  readonly version?: string;
  readonly date?: string;
}

/** Nodes that disappear because they change nothing, or nothing but the order in which others read it. */
export interface EliminationRule {
  readonly operators: readonly string[];
  /** Condition by name (eliminate.ts); without it the operators always disappear. */
  readonly when?: EliminationCondition;
  /** Only where the neutral constant is one number. */
  readonly scalar?: boolean;
  /** All outputs are parts of the input that readers find in it. */
  readonly parts?: boolean;
  /** Operators that would need the result in a row: a node that one of them reads stays. */
  readonly unlessReadBy?: readonly string[];
}
export type EliminationCondition =
  /** Casts between 16- and 32-bit floats, where the runtime computes both in 32 bits. */
  | 'half-to-single'
  | 'same-type'
  /** To the type that it has, before or behind another. */
  | 'cast-of-cast'
  | 'same-shape'
  /** A cut of the same shape that goes forward: a reversal keeps the shape too. */
  | 'whole-slice'
  | 'not-training'
  | 'identity-permutation'
  | 'adds-zero'
  | 'times-one';

/** One step of a runtime's graph optimiser. Steps run in the order of the profile. */
export type Pass = Step & {
  /** The lowest of the profile's levels at which it runs; without it always. */
  readonly level?: string;
};
type Step =
  /** No-operations disappear; their consumers read the input. */
  | {
      readonly pass: 'eliminate';
      readonly rules: readonly EliminationRule[];
      /** Nodes whose output is a graph output stay. */
      readonly keepAtOutputs: boolean;
    }
  /** Of nodes with the same operator, attributes and inputs the first stays. */
  | { readonly pass: 'merge-equal' }
  /** Nodes whose outputs nobody reads disappear. */
  | { readonly pass: 'drop-unused' }
  /** Nodes that together cut one value into pieces along one axis become one kernel. */
  | {
      readonly pass: 'split';
      readonly operators: readonly string[];
      /** Makers of values for which it is not done. */
      readonly except?: readonly string[];
    }
  /** Nodes that several read are run once for each of them. */
  | { readonly pass: 'copy-for-readers'; readonly operators: readonly string[] }
  /** Convolutions of images and what follows them compute in blocks of channels; changes of layout are put in around. */
  | ({ readonly pass: 'block-channels' } & Blocking)
  /** Integer convolutions compute on images with their channels last; changes of layout are put in around. */
  | ({ readonly pass: 'channels-last' } & ChannelsLast)
  /** Nodes that cut a value into parts, each of which is quantised, cut integers. */
  | { readonly pass: 'quantised-parts'; readonly operators: readonly string[] }
  /** Shapes that only copy dimensions of what is reshaped are constants. */
  | { readonly pass: 'copy-dimensions' }
  /** Patterns of patterns.json, each tried on the whole graph before the next. */
  | {
      readonly pass: 'fuse';
      readonly patterns: readonly string[];
      /** Values inside a match may also be read from outside: the kernel writes them too. */
      readonly shared?: boolean;
      /** Lowest version of the operator set with which it is done; without it any. */
      readonly opset?: number;
      /** Not done where the workload wants the scores of attention written out. */
      readonly hidesScores?: boolean;
    }
  /** Elementwise nodes join the kernel that alone consumes them, or the matrix kernel that they alone consume. */
  | {
      readonly pass: 'grow';
      /** Operator classes that join. */
      readonly members: readonly OperatorClass[];
      /** Classes of kernels that take what comes before them. */
      readonly prologue: readonly OperatorClass[];
      /** Classes of kernels that take what comes after them. */
      readonly epilogue: readonly OperatorClass[];
      /** Most nodes in one kernel; null: no limit. */
      readonly maximum: number | null;
    };

/** Chips that a runtime drives: those for which all that is stated holds. Nothing stated: every chip. */
export interface DrivenChips {
  /** One of these words stands in the vendor's name. */
  readonly vendors?: readonly string[];
  readonly classes?: readonly string[];
  /** Chips by id, and those that extend one of them. */
  readonly ids?: readonly string[];
  readonly except?: readonly string[];
}

/**
 * The order in which kernels run: the file's, or that of a search from the outputs, where kernels of some operators get new
 * numbers in the order of a first search.
 */
export type RunOrder = 'file' | { readonly from: 'outputs'; readonly renumbered: readonly string[] };

/** Room that kernels need beside what they read and write. */
export interface Workspace {
  /** Fusions by name, and operators of kernels of one node. */
  readonly fusions?: readonly string[];
  readonly operators?: readonly string[];
  /** As many times the first output. */
  readonly outputs: number;
  readonly source: string;
}

/** How a runtime lays out memory. */
export interface MemoryModel {
  /** Classes of chips on which it does so; left out: all that no model before it names. */
  readonly classes?: readonly string[];
  readonly source: string;
  readonly order: RunOrder;
  /** What may be written over an input that nobody reads any more; null: nothing. */
  readonly inPlace: { readonly operators: readonly string[]; readonly fusions: readonly string[] } | null;
  readonly workspace: readonly Workspace[];
  /** `until-read`: the memory of an input is given back after its last reader; left out: the caller holds it all the time. */
  readonly inputs?: 'until-read';
  /** `arena`: that of ONNX Runtime; `greedy`: one block with places planned by size; null: not known. */
  readonly allocator: 'arena' | 'greedy' | null;
  /** Sizes and places are multiples of it; left out: of 1. */
  readonly alignmentBytes?: number;
}

/** Where nothing is known of a runtime. */
export const plainMemory: MemoryModel = {
  source: '',
  order: 'file',
  inPlace: null,
  workspace: [],
  allocator: null,
};

/**
 * Constants of kernels of one class of chips where this runtime's library runs at other rates than the one that the
 * class's own constants were fitted to. Group and precision as there; what is left out is the class's.
 */
export interface RuntimeRates {
  readonly class: string;
  readonly group: string;
  readonly precision: string;
  readonly basis: 'class';
  readonly constants: Readonly<Record<string, number>>;
  readonly low?: number;
  readonly high?: number;
  readonly source: string;
}

/** Operators that the runtime computes by code which is not made for the processor, so that its units don't decide. */
export interface PlainCode {
  readonly operators: readonly string[];
  /** `scales-along-rows`: each number of a row has a scale of its own. */
  readonly when?: 'scales-along-rows';
  /** Operations per clock of each core. */
  readonly perClock: SourcedConstant;
}

/** The type of scores in memory: 32-bit floats, or that of the queries. */
export type ScoreType = 'float' | 'query';

/** A kernel that reads the scores of attention and writes them. */
export interface ScorePass {
  readonly operator: 'Mul' | 'Add' | 'Softmax' | 'Cast';
  readonly reads: ScoreType;
  readonly writes: ScoreType;
  /** Vector operations per score, for a Softmax those besides its own. */
  readonly vector: number;
}

/** What a runtime fuses, supports and costs per dispatch: data about the software, not about the chip. */
export interface RuntimeProfile {
  readonly id: string;
  readonly name: string;
  /** Where the fusion rules are from. */
  readonly source: string;
  /** The chips that it runs on. */
  readonly drives: {
    readonly source: string;
    readonly chips: readonly DrivenChips[];
  };
  /** Formats whose models it runs where nobody chose a runtime and it drives the chip. */
  readonly formats?: readonly string[];
  /** Levels of optimisation from the lowest on, and the one that is used unless another is asked for. */
  readonly levels?: {
    readonly source: string;
    readonly names: readonly string[];
    readonly used: string;
  };
  /** The sizes that the optimiser sees: those of the file, where free ones have no number, or the bound ones. */
  readonly sizes: 'file' | 'bound';
  readonly folding: {
    /** As `Pass.level`: below it only Constants are stored. */
    readonly level?: string;
    /** Nodes with constant outputs run once, at load time. */
    readonly constants: boolean;
    /** Operators that stay although their outputs are constant (a dequantised weight is kept quantised). */
    readonly except: readonly string[];
    /**
     * Operators whose result is known where they ask for dimensions of which the optimiser sees the numbers, and then all
     * that is computed from these; null: whatever follows from such dimensions, also where other dimensions are open.
     */
    readonly shapes: readonly string[] | null;
  };
  readonly passes: readonly Pass[];
  /** Nodes of this domain are what it runs: a converter made them, and no pass changes them. */
  readonly ownDomain?: string;
  /** Operators for which it has no kernel and that it writes out: what runs before the last one of each. */
  readonly writtenOut?: Readonly<Record<string, readonly string[]>>;
  /** Views dispatch nothing. */
  readonly silentViews: boolean;
  /** Seconds from one kernel to the next that no chip resource explains. Null: that way of launching does not exist. */
  readonly dispatchSeconds: {
    readonly eager: SourcedConstant | null;
    readonly graph: SourcedConstant | null;
  };
  /** Which of the two the estimate uses. */
  readonly launch: 'eager' | 'graph';
  /** The option by which all kernels are recorded once and started together, where that is not how it starts them. */
  readonly capture?: { readonly option: string; readonly source: string };
  /** The host runs ahead of a queue: launching one by one is hidden behind the kernels before, where they take longer. */
  readonly queued?: boolean;
  /** Seconds per run of the model besides the kernels; null where nothing is known. */
  readonly runSeconds: SourcedConstant | null;
  /** Rates of its kernels, where they are known to differ from those of the chip's class. */
  readonly rates?: readonly RuntimeRates[];
  /** What it computes by plain code; left out: nothing is known of any. */
  readonly plainCode?: readonly PlainCode[];
  /** Samples per second are those of as many runs at a time as there are cores, each on its own; left out: one run at a time. */
  readonly streams?: { readonly source: string };
  /** Attention runs in one kernel, or with its scores written out where somebody says so; left out: there is no such option. */
  readonly flashAttention?: {
    readonly source: string;
    /** What goes over the scores between the two products, in order. */
    readonly passes: readonly ScorePass[];
  };
  /** Layers are shared out between chip and host where somebody says how many; left out: it has no such option. */
  readonly offload?: { readonly source: string };
  /** What becomes of caches that a run is given and gives back; left out: the graph is run as it is written. */
  readonly cache?: { readonly policy: CachePolicy; readonly source: string };
  /** How it lays out memory; left out: {@link plainMemory}. */
  readonly memory?: readonly MemoryModel[];
  /** Device memory that the runtime keeps for itself, out of what the driver reports. */
  readonly reserveBytes: SourcedConstant | null;
  /** What runs on the accelerator; null: everything, or nothing is known. The rest runs on the host. */
  readonly supports: Supports | null;
}

interface Supports {
  readonly source: string;
  /** Operators of ai.onnx and com.microsoft; null: all. */
  readonly operators: readonly string[] | null;
  /** Operators that it does not run although `operators` is null. */
  readonly except?: readonly string[];
  /**
   * By domain the operators of other formats; of a domain that is not here those count whose counterpart among the
   * operators of ai.onnx it runs.
   */
  readonly domains?: Readonly<Record<string, readonly string[]>>;
  /** Domains of its own format, whose operators it runs in every form. */
  readonly whole?: readonly string[];
  /** There is no public list of what it runs: all operators of networks are taken to run. */
  readonly isAssumed?: boolean;
  /** Element types that no tensor may have. */
  readonly exceptTypes?: readonly string[];
  /** Element types in which it computes; null: all of the chip. */
  readonly types: readonly string[] | null;
  /** What a node of these operators must be like; left out: nothing is known of forms. */
  readonly forms?: FormTable;
}

/** How a runtime lays out memory on chips of a class. */
export function memoryModelOf(profile: RuntimeProfile | null, chipClass: string): MemoryModel {
  const found = profile?.memory?.find(({ classes }) => classes?.includes(chipClass) ?? true);
  return found ?? plainMemory;
}

/** A profile as its file has it: forms by the name of their table. */
type Written = Omit<RuntimeProfile, 'supports'> & {
  readonly supports: (Omit<Supports, 'forms'> & { readonly forms?: string }) | null;
};

const written = [
  onnxruntimeCpu,
  onnxruntimeCuda,
  tensorrt,
  tensorrtDla,
  pytorchEager,
  torchCompile,
  openvino,
  xla,
  tflite,
  tfliteEdgetpu,
  tfliteEthosU,
  tfliteEthosU85,
  tfliteGpu,
  vitisAi,
  ncnn,
  qnn,
  coreml,
  llamaCppCpu,
  llamaCppCuda,
  llamaCppMetal,
  compiler,
  none,
] as readonly unknown[] as readonly Written[];

/** All runtime profiles, by id. */
export const runtimeProfiles: readonly RuntimeProfile[] = written.map(({ supports, ...profile }) => {
  if (!supports) return { ...profile, supports };
  const { forms: table, ...rest } = supports;
  const forms = entryOf(formTables, table ?? '');
  return { ...profile, supports: { ...rest, ...(forms && { forms }) } };
});

const byId = new Map(runtimeProfiles.map((profile) => [profile.id, profile]));

/** The profile of an id; undefined for an unknown one. */
export function profileById(id: string): RuntimeProfile | undefined {
  return byId.get(id);
}

/** That of no runtime in particular. */
export const plainProfile = byId.get('none')!;

/** Whether the passes of a profile leave a node as it is. */
export function isOwn({ ownDomain }: RuntimeProfile, { domain }: OperatorName): boolean {
  return ownDomain !== undefined && domain === ownDomain;
}

/** Whether something of a profile happens at one of its levels. */
export function isDoneAt(
  profile: RuntimeProfile,
  needed: string | undefined,
  level: string | undefined,
): boolean {
  const { levels } = profile;
  if (!levels || needed === undefined) return true;
  return levels.names.indexOf(needed) <= levels.names.indexOf(level ?? levels.used);
}

/** What every kernel of a runtime pays for being dispatched. */
export interface Dispatch {
  readonly seconds: number;
  /** It is hidden behind kernels that take longer. */
  readonly queued: boolean;
}

/** The dispatch of a profile's kernels; no seconds when nothing is known. */
export function dispatchOf({ dispatchSeconds, launch, queued = false }: RuntimeProfile): Dispatch {
  const known = dispatchSeconds[launch] ?? dispatchSeconds.eager ?? dispatchSeconds.graph;
  return { seconds: known?.value ?? 0, queued: queued && launch === 'eager' };
}
