/** What a chip is: facts with their sources, in SI units (design §7). The catalogue holds one JSON file per chip. */

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

/** Where a chip is put to work; a tag of its own beside class and phase. */
export type Place = 'mcu' | 'device' | 'edge-server' | 'cloud' | 'vehicle';

type ChipPhase = 'training' | 'inference';

/** Number formats that a rate can be stated for, widest first. */
export const precisions = ['fp64', 'fp32', 'tf32', 'bf16', 'fp16', 'fp8', 'int8', 'fp4', 'int4'] as const;

/**
 * How a figure is known: `read` in a named source, `recalled` from one and still to be checked, `estimated` by a third
 * party where the vendor published nothing, `measured`, or `stated` by whoever wrote the chip file.
 */
type FigureBasis = 'read' | 'recalled' | 'estimated' | 'measured' | 'stated';

/** A value with where it comes from. */
export interface Figure<T = number> {
  readonly value: T;
  /** Places in the chip's list of sources. */
  readonly sources: readonly number[];
  readonly basis: FigureBasis;
  /** How it was computed from other sourced figures. */
  readonly derivation?: string;
  readonly note?: string;
}

export interface Source {
  readonly title: string;
  readonly url: string | null;
  readonly basis: FigureBasis;
  readonly note?: string;
}

/** One level of memory. Levels are ordered from the farthest to the nearest. */
export interface MemoryLevel {
  readonly name: string;
  readonly kind: string;
  readonly onChip: boolean;
  readonly scope: string;
  readonly managed: 'hardware' | 'software' | 'mixed';
  /** What the driver reports where that is known, else the marketed size. */
  readonly capacityBytes?: Figure;
  /** What the vendor sells, where it differs from or stands in for the driver's figure. */
  readonly marketedBytes?: Figure;
  readonly bandwidthBytesPerSecond?: Figure;
}

/** The repeated compute units behind the peak. */
interface ComputeUnits {
  readonly kind: string;
  readonly count?: Figure;
  /** Shape of one matrix unit: [rows, columns] of an array or [m, n, k] of an instruction. */
  readonly array?: readonly number[];
  readonly arraysPerUnit?: Figure;
  /** Multiply-accumulates per clock of one matrix unit. */
  readonly macsPerClock?: Figure;
  readonly note?: string;
  readonly sources: readonly number[];
}

interface HostLink {
  readonly kind: string;
  readonly direction: 'per-direction';
  readonly bandwidthBytesPerSecond?: Figure;
}

interface Interconnect {
  readonly kind: string;
  readonly direction: 'per-direction' | 'total-bidirectional' | null;
  readonly bandwidthBytesPerSecond?: Figure;
  readonly links?: Figure;
  readonly perLinkBytesPerSecond?: Figure;
  readonly note?: string;
}

/** Rates by precision, in operations per second, dense; one multiply-accumulate is 2 operations. */
export type Rates = { readonly [name: string]: Figure };

/** Shares of a peak that the chip holds over time, for chips whose owner has measured them. */
interface Sustained {
  /** Share of the matrix peak by precision, 0..1. */
  readonly compute?: Rates;
  /** Share of the vector peak by precision, 0..1. */
  readonly vector?: Rates;
  /** Share of the farthest memory's bandwidth, 0..1. */
  readonly bandwidth?: Figure;
}

/** Constants fitted to measurements of one chip, by operator class and precision; see cost/constants. */
export interface Calibration {
  readonly operatorClass: string;
  readonly precision: string;
  /** By the names that the class's cost model gives its constants. */
  readonly constants: Readonly<Record<string, number>>;
  readonly rows: number;
  /** Head sizes of the attention that was measured; other sizes count as not measured. */
  readonly headSizes?: readonly number[];
  /** Quantiles of measured ÷ estimated, out of fold, by size bin of the estimated time. */
  readonly residuals: readonly ResidualBin[];
  /** Errors max(p/m, m/p) − 1 before the constants were fitted and, on rows that were not used for fitting, after. */
  readonly error?: { readonly before: ErrorShares; readonly after: ErrorShares };
  readonly source: string;
}

interface ErrorShares {
  readonly median: number;
  readonly p90: number;
}

/** When and from what the constants of a chip file were fitted. */
export interface CalibrationRecord {
  /** ISO date. */
  readonly date: string;
  /** Programs with their versions. */
  readonly tools: readonly string[];
  readonly profiles: readonly {
    readonly file: string;
    readonly model: string | null;
    readonly runs: number | null;
    readonly rows: number;
  }[];
}

export interface ResidualBin {
  /** Upper edge of the bin in estimated seconds; null for the last. */
  readonly below: number | null;
  readonly rows: number;
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

export interface Chip {
  readonly schemaVersion: 1;
  readonly id: string;
  readonly name: string;
  readonly vendor: string;
  readonly class: ChipClass;
  readonly place: readonly Place[];
  readonly phase: readonly ChipPhase[];
  readonly aliases: readonly string[];
  /** What one entry counts: chip, card, SoC block, wafer, ... */
  readonly scope: string;
  /** Devices that software sees in one entry; a model runs on one of them unless it is split. */
  readonly devices: number;
  readonly status: 'shipping' | 'announced' | 'discontinued' | 'research' | 'own';
  readonly confidence: 'high' | 'medium' | 'low';
  /** False where no ONNX model can run (spiking, quantum, closed parts). */
  readonly onnxTarget: boolean;
  readonly year?: Figure;
  readonly processNode?: Figure<string>;
  readonly transistors?: Figure;
  readonly dieAreaSquareMillimetres?: Figure;
  /** Matrix peak, dense, as published or derived from published figures. */
  readonly peakOpsPerSecond: Rates;
  /** Third-party estimates where the vendor published no peak. */
  readonly estimatedPeakOpsPerSecond?: Rates;
  /** Formats outside the common list, such as block floating point. */
  readonly otherPeakOpsPerSecond?: Rates;
  /** Rate of the units that run elementwise and reduction operators. */
  readonly vectorOpsPerSecond: Rates;
  /** Rate of exp, log, tanh, sqrt units, in operations per second. */
  readonly specialOpsPerSecond?: Figure;
  readonly sparsity?: { readonly speedup?: Figure; readonly pattern?: string };
  readonly memory: readonly MemoryLevel[];
  readonly units?: ComputeUnits;
  /** The clock that the peak is stated at: maximum of a GPU, highest all-core clock of a CPU. */
  readonly clockHz?: Figure;
  /** The clock that holds under a long full load. */
  readonly sustainedClockHz?: Figure;
  readonly sustained?: Sustained;
  readonly calibration?: readonly Calibration[];
  readonly calibrated?: CalibrationRecord;
  /** Of a chip that extends others: their ids, the nearest first. */
  readonly lineage?: readonly string[];
  /** Constants measured on those others: they hold for this one as for a sibling, never as its own. */
  readonly inheritedCalibration?: readonly Calibration[];
  /** What models are converted to for this chip where it lacks the common stored types. */
  readonly deployPrecision?: string;
  readonly supportedTypes?: Figure<readonly string[]>;
  readonly hostLink?: HostLink;
  readonly interconnect?: Interconnect;
  readonly power: { readonly tdpWatts?: Figure; readonly idleWatts?: Figure; readonly busyWatts?: Figure };
  readonly software: {
    readonly stack: readonly string[];
    readonly executionProviders: readonly string[];
    readonly sources: readonly number[];
  };
  /** Id of the runtime profile that is taken when none is chosen. */
  readonly defaultRuntime: string;
  readonly energyEfficiencyOpsPerJoule?: Figure;
  readonly neuromorphic?: {
    readonly neurons?: Figure;
    readonly synapses?: Figure;
    readonly cores?: Figure;
    readonly joulesPerSynapticOperation?: Figure;
    readonly synapticOpsPerSecond?: Figure;
  };
  readonly quantum?: { readonly qubits?: Figure; readonly modality?: string };
  readonly notes: readonly string[];
  readonly sources: readonly Source[];
}

/** Memory outside the chip that a model is loaded to, or undefined where all memory is on the chip. */
export function mainMemory(chip: Chip): MemoryLevel | undefined {
  return chip.memory.find((level) => !level.onChip);
}

/** The memory that must hold a model: main memory, else the largest level on the chip. */
export function modelMemory(chip: Chip): MemoryLevel | undefined {
  const main = mainMemory(chip);
  if (main) return main;
  return [...chip.memory].sort((a, b) => (b.capacityBytes?.value ?? 0) - (a.capacityBytes?.value ?? 0))[0];
}
