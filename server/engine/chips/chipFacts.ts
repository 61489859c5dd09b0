/** What chip files say, in SI units. Written by scripts/factTypes.ts from chip.schema.json; do not edit. */

export const chipClasses = [
  'cpu',
  'gpu',
  'tpu',
  'npu',
  'ipu',
  'lpu',
  'asic',
  'fpga',
  'wafer',
  'neuromorphic',
  'pim',
  'mcu',
  'quantum',
] as const;
export type ChipClass = (typeof chipClasses)[number];

export type Place = 'mcu' | 'device' | 'edge-server' | 'cloud' | 'vehicle';

export type Machine = 'phone' | 'laptop' | 'desktop' | 'board';

type Phase = 'training' | 'inference';

/** Number formats that a rate can be stated for, widest first. */
export const precisions = ['fp64', 'fp32', 'tf32', 'bf16', 'fp16', 'fp8', 'int8', 'fp4', 'int4'] as const;

/** read in the source, recalled and to be checked, estimated by others, measured, or stated by the author of this file. */
type Basis = 'read' | 'recalled' | 'estimated' | 'measured' | 'stated';

/** A value with where it comes from. */
export interface Figure<T = number> {
  readonly value: T;
  readonly sources: readonly number[];
  readonly basis: Basis;
  /** How it was computed from other sourced figures. */
  readonly derivation?: string;
  readonly note?: string;
}

export interface Source {
  readonly title: string;
  readonly url: string | null;
  readonly basis: Basis;
  readonly note?: string;
}

/** By number format, in operations per second. */
export type Rates = Readonly<Record<string, Figure>>;

/** By names that the chip itself gives its number formats. */
type OpenRates = Readonly<Record<string, Figure>>;

/** Shares of a peak (0..1), by number format. */
type Shares = Readonly<Record<string, Figure>>;

export interface MemoryLevel {
  /** Name of the level, such as HBM3 or L2. */
  readonly name: string;
  /** Technology, for example hbm3, lpddr5x, sram-scratchpad, sram-cache. */
  readonly kind: string;
  /** True for memory on the chip: caches and scratchpads. */
  readonly onChip: boolean;
  /** What the capacity counts: one core, the chip, the card. */
  readonly scope: string;
  /** Who decides what it holds: hardware (a cache) or software (a scratchpad). */
  readonly managed: 'hardware' | 'software' | 'mixed';
  /** What the driver reports where that is known, else the marketed size. 1 GB = 1e9, 1 GiB = 2^30. */
  readonly capacityBytes?: Figure;
  /** What the vendor sells. */
  readonly marketedBytes?: Figure;
  /** Peak bandwidth in bytes per second (not GB/s): 3.352e12. */
  readonly bandwidthBytesPerSecond?: Figure;
}

interface ComputeUnits {
  /** What one unit is: SM, core, array, tile. */
  readonly kind: string;
  /** Number of units. */
  readonly count?: Figure;
  /** [rows, columns] of a systolic array or [m, n, k] of an instruction. */
  readonly array?: readonly number[];
  /** Matrix units in one unit. */
  readonly arraysPerUnit?: Figure;
  /** Multiply-accumulates per clock of one matrix unit. */
  readonly macsPerClock?: Figure;
  /** Instructions that a core issues per clock; 1 where it is not stated. */
  readonly issueWidth?: Figure;
  /** Samples that are worked on at a time, each on an equal share of the units of its own: a run of fewer leaves the others idle. Left out where one sample has all units. */
  readonly samplesAtOnce?: Figure;
  /** Units of different speed, the fastest first: performance and efficiency cores. Left out where all are alike. */
  readonly kinds?: readonly {
    readonly name: string;
    /** Number of units. */
    readonly count: number;
    /** FP32 operations per second of one of these units, at the clock that the peak is stated for. */
    readonly opsPerSecond: number;
  }[];
  readonly note?: string;
  readonly sources: readonly number[];
}

/** Shares of the peak (0..1) that the chip was measured to hold. */
interface Sustained {
  /** Of the matrix peak, by number format. */
  readonly compute?: Shares;
  /** Of the vector peak, by number format. */
  readonly vector?: Shares;
  /** Of the bandwidth of the farthest memory. */
  readonly bandwidth?: Figure;
}

interface HostLink {
  /** Such as PCIe 5.0 x16. */
  readonly kind: string;
  /** Whether the bandwidth is that of one direction or of both together. */
  readonly direction: 'per-direction';
  /** Bytes per second in the stated direction. */
  readonly bandwidthBytesPerSecond?: Figure;
}

interface Interconnect {
  /** Such as NVLink 4. */
  readonly kind: string;
  /** Whether the bandwidth is that of one direction or of both together. */
  readonly direction: 'per-direction' | 'total-bidirectional' | null;
  /** Bytes per second in the stated direction. */
  readonly bandwidthBytesPerSecond?: Figure;
  /** Number of links. */
  readonly links?: Figure;
  readonly perLinkBytesPerSecond?: Figure;
  readonly note?: string;
}

export interface Calibration {
  /** Class of the operators that the constants hold for, such as gemm. */
  readonly operatorClass: string;
  /** Number format that the constants hold for. */
  readonly precision: string;
  /** By the names that the class's cost model gives its constants. */
  readonly constants: Readonly<Record<string, number>>;
  /** How many measured kernels they were fitted to. */
  readonly rows: number;
  /** Quantiles of measured ÷ estimated on rows left out of the fit, by size of the estimated time. */
  readonly residuals: readonly ResidualBin[];
  /** max(p/m, m/p) - 1 before fitting and, on rows left out of the fit, after. */
  readonly error?: {
    readonly before: ErrorShares;
    readonly after: ErrorShares;
  };
  /** Where the measurements come from. */
  readonly source: string;
  /** Head sizes of the attention that was measured; other sizes count as not measured. */
  readonly headSizes?: readonly number[];
}

export interface ResidualBin {
  /** Upper edge of the bin in estimated seconds; null for the last. */
  readonly below: number | null;
  readonly rows: number;
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

interface ErrorShares {
  readonly median: number;
  readonly p90: number;
}

export interface CalibrationRecord {
  /** ISO date. */
  readonly date: string;
  /** Programs with their versions. */
  readonly tools: readonly string[];
  /** Measured profiles that the constants were fitted to. */
  readonly profiles: readonly {
    readonly file: string;
    readonly model: string | null;
    readonly runs: number | null;
    readonly rows: number;
  }[];
}

/** A chip that models can be costed on. SI base units; one multiply-accumulate is 2 operations; peaks are dense. */
export interface ChipFacts {
  /** Version of this format. */
  readonly schemaVersion: 1;
  /** Unique id: lower-case letters, digits, dots and dashes. */
  readonly id: string;
  /** Name that readers see. */
  readonly name: string;
  /** Who makes it. */
  readonly vendor: string;
  /** Chooses the cost model. */
  readonly class: ChipClass;
  /** Where it is put to work. */
  readonly place: readonly Place[];
  /** What it is built into, where it works on a device: a phone, a laptop, a desktop computer, a single-board computer. */
  readonly machines?: readonly Machine[];
  /** What it is made for: training, inference or both. */
  readonly phase: readonly Phase[];
  /** Other names that find it, in any language. */
  readonly aliases: readonly string[];
  /** What the entry counts: chip, card, SoC block, module, board, wafer, system. */
  readonly scope: string;
  /** Devices that software sees in this entry; a model runs on one of them unless it is split. */
  readonly devices: number;
  /** Whether it can be bought. Chips of your own are "own" unless stated. */
  readonly status: 'shipping' | 'announced' | 'discontinued' | 'research' | 'own';
  /** How sure the figures are as a whole. */
  readonly confidence: 'high' | 'medium' | 'low';
  /** False where no ONNX model can run. */
  readonly onnxTarget: boolean;
  /** Year of release. */
  readonly year?: Figure;
  /** Manufacturing process, such as "4N" or "7 nm". */
  readonly processNode?: Figure<string>;
  /** Number of transistors. */
  readonly transistors?: Figure;
  /** Area of the die in mm²; needed for performance per area. */
  readonly dieAreaSquareMillimetres?: Figure;
  /** Dense matrix peak by number format, in operations per second (not TOPS): 989.4e12. */
  readonly peakOpsPerSecond: Rates;
  /** Third-party estimates where the vendor published no peak. */
  readonly estimatedPeakOpsPerSecond?: Rates;
  /** Peaks of formats outside the common list, such as block floating point. */
  readonly otherPeakOpsPerSecond?: OpenRates;
  /** Rate of the units that run elementwise operators, in operations per second. */
  readonly vectorOpsPerSecond: Rates;
  /** Rate of exp, log, tanh and square root, in operations per second. */
  readonly specialOpsPerSecond?: Figure;
  /** Speed-up of weights with a sparse pattern, such as 2:4. */
  readonly sparsity?: {
    /** How many times faster than dense. */
    readonly speedup?: Figure;
    /** The pattern that weights must have, such as 2:4. */
    readonly pattern?: string;
  };
  /** Levels from the farthest to the nearest. A file that extends a chip gives only the levels that differ; they are matched by name. */
  readonly memory: readonly MemoryLevel[];
  /** The repeated compute units behind the peak. */
  readonly units?: ComputeUnits;
  /** The clock that the peak is stated at, in hertz: maximum of a GPU, highest all-core clock of a CPU. */
  readonly clockHz?: Figure;
  /** The clock that holds under a long full load. */
  readonly sustainedClockHz?: Figure;
  /** Shares of the peak (0..1) that the chip was measured to hold. */
  readonly sustained?: Sustained;
  /** Constants that were fitted to measurements of this chip. */
  readonly calibration?: readonly Calibration[];
  /** When and from what the constants under calibration were fitted. */
  readonly calibrated?: CalibrationRecord;
  /** Whether all layers of a network lie on the chip side by side and hand their data on: what does not fit is cut into parts that are loaded one after the other. */
  readonly dataflow?: boolean;
  /** Number format that models are converted to where the chip lacks the common stored types. */
  readonly deployPrecision?: string;
  /** Tensor types that it can run; others run on the host. */
  readonly supportedTypes?: Figure<readonly string[]>;
  /** The link to the host. */
  readonly hostLink?: HostLink;
  /** The link to other chips of its kind. */
  readonly interconnect?: Interconnect;
  /** Power in watts; without it energies are unknown. */
  readonly power: {
    /** Rated limit. */
    readonly tdpWatts?: Figure;
    /** Measured when idle. */
    readonly idleWatts?: Figure;
    /** Measured when busy. */
    readonly busyWatts?: Figure;
  };
  /** Compilers and runtimes that serve it. */
  readonly software: {
    /** Names of compilers and runtimes. */
    readonly stack: readonly string[];
    /** Execution providers of ONNX Runtime. */
    readonly executionProviders: readonly string[];
    readonly sources: readonly number[];
  };
  /** Runtime profile that is taken when none is chosen. It counts as one that drives the chip. */
  readonly defaultRuntime: string;
  /** Id of the chip that runs what this one can't. Without it a host is taken by the first machine, else by the first place: the processor of a phone, a laptop, a desktop or a board, a microcontroller, a server or a vehicle's computer. */
  readonly host?: string;
  /** States in which it draws less: a mode is named behind the id, as in `chip@30w`. What a mode leaves out is as in the full state. */
  readonly powerModes?: readonly {
    /** Lower-case letters, digits, dots and dashes. */
    readonly name: string;
    /** What it may draw then. */
    readonly watts: Figure;
    /** Compute units that stay on. */
    readonly units?: Figure;
    /** Highest clock of the compute units, in hertz. */
    readonly clockHz?: Figure;
    /** Peak bandwidth of the memory outside the chip, in bytes per second. */
    readonly bandwidthBytesPerSecond?: Figure;
  }[];
  /** Operations per joule, where the vendor states them. */
  readonly energyEfficiencyOpsPerJoule?: Figure;
  /** What spiking chips have instead of operations per second. */
  readonly neuromorphic?: {
    readonly neurons?: Figure;
    readonly synapses?: Figure;
    readonly cores?: Figure;
    readonly joulesPerSynapticOperation?: Figure;
    readonly synapticOpsPerSecond?: Figure;
  };
  /** What quantum processors have instead of operations per second. */
  readonly quantum?: {
    readonly qubits?: Figure;
    readonly modality?: string;
  };
  /** Remarks for readers. */
  readonly notes: readonly string[];
  /** What the `sources` of figures count, from 0. */
  readonly sources: readonly Source[];
}
