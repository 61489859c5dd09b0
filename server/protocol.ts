/**
 * Every custom message between the extension, the language server and the webviews: types and method names only.
 * Imported by extension/ and webview/; it imports types alone and runs nothing. One file, although a long one: it is the
 * whole contract between parts that are built apart, and its types build on each other.
 */
import type { Bound, Estimate, PrecisionChoice } from './engine/cost/types';
import type { Objective } from './engine/mapping/candidate';
import type { Limits } from './engine/mapping/limits';
import type { Ranged } from './engine/mapping/ratio';
import type { MemoryClass } from './engine/memory/timeline';
import type { ChipPhases, PhaseSizes } from './engine/report/phasesReport';
import type { RankRow } from './engine/report/rankReport';
import type {
  ReportChip,
  ReportMeasured,
  ReportModel,
  ReportNode,
  ReportProblem,
} from './engine/report/types';
import type { CachePolicy, Phase, PrecisionPolicy } from './engine/workload';

declare const types: unique symbol;

/** The method of a request with the types of what is asked and what is answered, which both ends infer from it. */
export type RequestMethod<P, R> = string & { readonly [types]?: (params: P) => R };

/** The method of a notification with the type of what it tells. */
export type NotificationMethod<P> = string & { readonly [types]?: (params: P) => void };

function request<P, R>(method: string): RequestMethod<P, R> {
  return method;
}

function notification<P>(method: string): NotificationMethod<P> {
  return method;
}

/** Language id of listings and of hand-written `.onnxtxt` files. */
export const languageId = 'onnx';
/** Scheme of listings; addresses are made by server/address.ts alone. */
export const listingScheme = 'siliconlens';

/**
 * Commands that lenses and hover links of the server name: the client's allow-list of trusted command links.
 * Arguments: the listing's URI, then what the line says.
 */
export const linkedCommands = {
  openReport: 'siliconlens.openReport',
  chooseChips: 'siliconlens.chooseChips',
  findChip: 'siliconlens.findChip',
  /** Second argument: name of the dimension to ask for first. */
  setDimensions: 'siliconlens.setDimensions',
  setSizes: 'siliconlens.setSizes',
  showChoices: 'siliconlens.showChoices',
  /** Further arguments: the name that chooses a branch, and the truth of its condition; null goes back to the default. */
  chooseBranch: 'siliconlens.chooseBranch',
  /** Further arguments: the code of one to begin with; without it all of them. */
  showSuggestions: 'siliconlens.showSuggestions',
  /** Second argument: the code of the suggestion that is made. */
  applySuggestion: 'siliconlens.applySuggestion',
  copySuggestion: 'siliconlens.copySuggestion',
  hideSuggestion: 'siliconlens.hideSuggestion',
  /** Second argument: flat index of the node. */
  showGraph: 'siliconlens.showGraph',
  /** Further arguments: flat index of the node (null: the whole run), and the id of the chip; without them the node of the cursor on the first chip. */
  explainTime: 'siliconlens.explainTime',
  splitModel: 'siliconlens.splitModel',
  /** Second argument: line of the listing, 0-based. */
  revealLine: 'siliconlens.revealLine',
  /** Second argument: line of the listing, 0-based; without it that of the cursor. */
  goToSource: 'siliconlens.goToSource',
} as const;

/** What our own extension says of itself when it begins; other editors leave it out, or say what they like. */
export interface InitializationOptions {
  /** It takes the messages below and runs {@link linkedCommands}. */
  readonly isExtension?: true;
  /** The display language, before that of the protocol. */
  readonly locale?: string;
  /** The folder where imported profiles are kept. */
  readonly profiles?: string;
  /** Models to leave alone from the start. */
  readonly withheld?: WithheldParams;
}

// --- client -> server -------------------------------------------------------------------------------------------

/** The listing of a model, for the file-system provider. Never fails: an unreadable model has a written state. */
export const listingRequest = request<ListingParams, ListingResult>('siliconlens/listing');
export interface ListingParams {
  /** URI of the listing (address.ts). */
  readonly uri: string;
}
export interface ListingResult {
  /** Without byte-order mark, lines end in \n; the provider adds the mark. */
  readonly text: string;
  /** Grows with every change of the text. */
  readonly revision: number;
  /** Milliseconds since the epoch, never less than before for the same listing. */
  readonly mtime: number;
  readonly state: 'ok' | 'partial' | 'unreadable' | 'stale';
}

/** A listing as a file of its own, which names the model where the listing says `<this file>`. */
export const savedListingRequest = request<ListingParams, SavedListingResult>('siliconlens/savedListing');
export interface SavedListingResult {
  /** Null where no model could be read: what is shown is all there is. */
  readonly text: string | null;
}

/** The model file changed, settled, or went; the server reads it again and answers when the listing is current. */
export const modelChangedRequest = request<ModelChangedParams, ModelChangedResult>(
  'siliconlens/modelChanged',
);
export interface ModelChangedParams {
  readonly uri: string;
}
export interface ModelChangedResult {
  /** The text differs from the one served before. */
  readonly changed: boolean;
}

/** Where a node stands in a listing. */
export const locateNodeRequest = request<LocateNodeParams, LocateNodeResult>('siliconlens/locateNode');
export interface LocateNodeParams {
  readonly uri: string;
  readonly node: number;
}
export interface LocateNodeResult {
  /** 0-based; null when the node is elided or inside a function. */
  readonly line: number | null;
}

/** The node at a line (0-based) of a listing, for highlighting in the report; null between nodes. */
export const nodeAtRequest = request<NodeAtParams, NodeAtResult>('siliconlens/nodeAt');
export interface NodeAtParams {
  readonly uri: string;
  readonly line: number;
}
export type NodeAtResult = { readonly node: number | null };

/** What stands below an entry of the tree of a listing: modules and nodes with their time on the first chip. */
export const layersRequest = request<LayersParams, LayersResult>('siliconlens/layers');
export interface LayersParams extends LayerPlace {
  readonly uri: string;
}
/** The entries that lead to a node of a listing, the outermost first; none where it is elided. */
export const layersAtRequest = request<LayersAtParams, LayersResult>('siliconlens/layersAt');
export interface LayersAtParams {
  readonly uri: string;
  readonly node: number;
}
export interface LayersResult {
  readonly layers: readonly Layer[];
}
/** Where an entry stands in the tree; the top has an empty path. */
export interface LayerPlace {
  /** Places among the entries of each level. */
  readonly path: readonly number[];
  /** Of an entry that stands for some of a long list, the place of the first of them; else null. */
  readonly from: number | null;
}
/** In the reader's words. */
export interface Layer extends LayerPlace {
  /** The `from` of the entry for a part of a long list that it stands in; null in a list that is shown whole. */
  readonly page: number | null;
  readonly kind: 'graph' | 'function' | 'module' | 'node' | 'range';
  readonly label: string;
  /** Name of a node, time, share, and of how many equal ones it is. */
  readonly description: string;
  /** All of it for those who don't see it. */
  readonly spoken: string;
  /** Of the time of a run, 0..1; null where it is unknown. */
  readonly share: number | null;
  readonly hasChildren: boolean;
  /** 0-based. */
  readonly line: number;
}

/** Names of the files of the program from which a model was exported, where it says so. */
export const sourceNamesRequest = request<SourceNamesParams, SourceNamesResult>('siliconlens/sourceNames');
export interface SourceNamesParams {
  readonly uri: string;
}
export interface SourceNamesResult {
  readonly names: readonly string[];
}

/** What the lines of such a file take on the first chip; nothing where it is none of the program's. */
export const sourceCostsRequest = request<SourceCostsParams, SourceCosts>('siliconlens/sourceCosts');
export interface SourceCostsParams {
  readonly uri: string;
  /** Of the file here, and its text as it is now. */
  readonly path: string;
  readonly text: string;
}
/** In the reader's words. */
export interface SourceCosts {
  readonly hints: readonly SourceLineCost[];
  readonly lenses: readonly SourceLens[];
}
export interface SourceLineCost {
  /** 0-based. */
  readonly line: number;
  readonly label: string;
  /** Markdown with command links. */
  readonly hover: string;
}
export interface SourceLens {
  /** 0-based. */
  readonly line: number;
  readonly title: string;
  /** Line of the listing to go to, 0-based. */
  readonly target: number;
}

/** The lines of the program that led to the node at a line of a listing, the innermost first. */
export const sourceOfNodeRequest = request<NodeAtParams, SourceOfNodeResult>('siliconlens/sourceOfNode');
export interface SourceOfNodeResult {
  readonly frames: readonly {
    /** As the machine of the export wrote it. */
    readonly file: string;
    /** 0-based. */
    readonly line: number;
  }[];
}

/** How the time of a node, or of a run, comes about. */
export const derivationRequest = request<DerivationParams, DerivationResult>('siliconlens/derivation');
export interface DerivationParams {
  readonly uri: string;
  /** Flat index; null: the whole run. */
  readonly node: number | null;
  /** Id; null: the first chosen one. */
  readonly chip: string | null;
}
export interface DerivationResult {
  /** What it is about. */
  readonly title: string;
  /** Markdown; null: no kernel runs the node, or there is no such chip. */
  readonly text: string | null;
}

/** The nodes around one, as a small graph. */
export const neighbourhoodRequest = request<NeighbourhoodParams, Neighbourhood>('siliconlens/neighbourhood');
export interface NeighbourhoodParams {
  readonly uri: string;
  readonly node: number;
  /** Steps along edges. */
  readonly radius: number;
}
export interface Neighbourhood {
  readonly revision: number;
  readonly node: number;
  readonly radius: number;
  /** Name of the chip that the figures are of; null without one. */
  readonly chip: string | null;
  /** The node itself first, then by distance. */
  readonly nodes: readonly GraphNode[];
  /** Between nodes that are shown, one for two of them. */
  readonly edges: readonly GraphEdge[];
  /** Nodes within the radius that are too many to be shown. */
  readonly left: number;
}
export interface GraphNode extends NodeRow {
  /** Neighbours that are not shown. */
  readonly hidden: number;
}
export interface GraphEdge {
  readonly from: number;
  readonly to: number;
  readonly value: string;
  readonly shape: string;
}

/** The chosen chips with what the model takes on them, and those of the workspace's files that are not chosen. */
export const chipListRequest = request<ChipListParams, ChipListResult>('siliconlens/chipList');
export interface ChipListParams {
  readonly uri: string;
}
export interface ChipListResult {
  readonly chosen: readonly ChipListItem[];
  readonly others: readonly ChipListItem[];
}
/** In the reader's words. */
export interface ChipListItem {
  readonly id: string;
  readonly name: string;
  /** Time and fit, or what it is where it is not chosen. */
  readonly description: string;
  /** URI of the file that it comes from; null: the catalogue or the settings. */
  readonly file: string | null;
}

/** The node that takes most time on the first chip, or the one next to a line in the order of time. */
export const costlyNodeRequest = request<CostlyNodeParams, CostlyNodeResult>('siliconlens/costlyNode');
export interface CostlyNodeParams {
  readonly uri: string;
  /** 0-based line to go on from; null: the costliest. */
  readonly line: number | null;
  /** 1: the next that takes less, -1: the next that takes more. */
  readonly step: 1 | -1;
}
export interface CostlyNodeResult {
  /** 0-based; null where no time is known, and behind the last. */
  readonly line: number | null;
  /** Its place in the order, its time and its share, or why there is none, in the reader's words. */
  readonly label: string;
}

/** What to do next with a model on its first chip, in the reader's words; found now where it was not yet. */
export const suggestionsRequest = request<SuggestionsParams, SuggestionsResult>('siliconlens/suggestions');
export interface SuggestionsParams {
  readonly uri: string;
}
export interface SuggestionsResult {
  /** The model's key in the setting `siliconlens.models`. */
  readonly key: string;
  readonly chip: string;
  /** What saves most first. */
  readonly suggestions: readonly SuggestionItem[];
}
/** A suggestion in words. */
export interface SuggestionItem extends SuggestionWay {
  readonly code: string;
  readonly title: string;
  /** How the gain comes about, with the numbers in it, and the risk. */
  readonly explanation: readonly string[];
  /** The command that shows the gain; empty where it can't be typed. */
  readonly command: string;
  /** Flat index of the first node that it is about; null: the whole model. */
  readonly node: number | null;
  readonly others: readonly SuggestionWay[];
}
/** One way of doing something: what it changes, and what it saves. */
export interface SuggestionWay {
  readonly change: string;
  readonly saving: string;
  readonly range: string;
  /** What is written to make it; null where that is not done by a setting. */
  readonly setting: SuggestedSetting | null;
}
export type SuggestedSetting =
  | { readonly kind: 'precision' | 'runtime' | 'cache'; readonly value: string }
  | {
      readonly kind: 'dimensions';
      readonly value: readonly (Pick<DimensionChoice, 'name' | 'alias'> & { readonly size: number })[];
    }
  | { readonly kind: 'training'; readonly value: Readonly<Record<string, unknown>> }
  /** The chip that leads the list. */
  | { readonly kind: 'chip'; readonly value: string };

/** The best mapping of a model on a chip with its host or on a system, as the text of a file. */
export const newMappingRequest = request<NewMappingParams, NewMappingResult>('siliconlens/newMapping');
export interface NewMappingParams {
  readonly uri: string;
  /** Id of a chip or of a system. */
  readonly target: string;
  readonly objective: 'latency' | 'energy';
}
export interface NewMappingResult {
  /** Free among the mappings; the name of its file. */
  readonly id: string;
  /** Null: there is none, and `said` says why. */
  readonly text: string | null;
  /** What it gains over what the runtime does by itself, in the reader's words. */
  readonly said: string;
}

/** Where a model is cut between a device and a cloud, as a page; what may be chosen for it. */
export const splitRequest = request<SplitParams, SplitResult>('siliconlens/split');
export interface SplitParams {
  readonly uri: string;
  /** Ids of chips or systems, and of a network. */
  readonly device: string;
  readonly cloud: string;
  readonly network: string;
}
export interface SplitResult {
  /** Markdown. */
  readonly text: string;
}
export const splitChoicesRequest = request<SplitChoicesParams, SplitChoices>('siliconlens/splitChoices');
export interface SplitChoicesParams {
  readonly uri: string;
}
export interface SplitChoices {
  /** Systems first, each kind by what may stand there. */
  readonly devices: readonly SplitChoice[];
  readonly clouds: readonly SplitChoice[];
  readonly networks: readonly SplitChoice[];
}
/** In the reader's language. */
export interface SplitChoice {
  readonly id: string;
  readonly name: string;
  readonly description: string;
}

/** The choices in force for a model and what may be chosen. */
export const choicesRequest = request<ChoicesParams, ChoicesResult>('siliconlens/choices');
export interface ChoicesParams {
  readonly uri: string;
}
export interface ChoicesResult {
  /** The model's key in the setting `siliconlens.models`: its path in the workspace, else its whole path. */
  readonly key: string;
  readonly chips: readonly ChipChoice[];
  readonly systems: readonly SystemChoice[];
  readonly chosen: readonly string[];
  readonly dimensions: readonly DimensionChoice[];
  readonly values: readonly ValueChoice[];
  readonly phase: Phase;
  readonly precision: PrecisionPolicy;
  /** Null: each chip's default. */
  readonly runtime: string | null;
  /** Null: what the runtime does. */
  readonly cache: CachePolicy | null;
  /** How many layers chips get; null where none of their runtimes shares layers out. */
  readonly offload: { readonly layers: number | null } | null;
  /** Whether attention runs in one kernel, null standing for what the runtime does; null where no runtime leaves a choice. */
  readonly flashAttention: { readonly isOn: boolean | null } | null;
  /** Name of the mapping in force; null: each chip runs the model by itself. */
  readonly mapping: string | null;
  /** The devices that share the model, by its mapping; null where none do. */
  readonly target: string | null;
  /** Names of those there are. */
  readonly mappings: readonly string[];
  /** What that is on each chosen chip; none where the model has no caches. */
  readonly cacheInForce: readonly { readonly chip: string; readonly cache: CachePolicy }[];
  /** Those that drive a chosen chip, and the one in force; `refused` names the chosen chips that it cannot drive. */
  readonly runtimes: readonly {
    readonly id: string;
    readonly name: string;
    readonly refused: readonly string[];
  }[];
  /** What "default" is on each chosen chip, by the names of both. */
  readonly defaultRuntimes: readonly { readonly chip: string; readonly runtime: string }[];
  /** Imported profiles of this model. */
  readonly profiles: readonly { readonly chip: string; readonly name: string; readonly file: string }[];
}
export interface ChipChoice {
  readonly id: string;
  readonly name: string;
  readonly vendor: string;
  /** Name of its class, in the reader's language. */
  readonly class: string;
  readonly aliases: readonly string[];
  /** Of a chip file or the settings, not of the catalogue. */
  readonly own: boolean;
  /** Peak, bandwidth, capacity in one line, already formatted and localised. */
  readonly description: string;
}
export interface SystemChoice {
  readonly id: string;
  /** In the reader's language, as everything that is shown. */
  readonly name: string;
  /** Other names, in any language, and its places. */
  readonly aliases: readonly string[];
  /** Of a file of the workspace, not of the catalogue. */
  readonly own: boolean;
  /** Its devices in one line. */
  readonly description: string;
  /** Ids of the chips that are chosen with it, the one that leads first. */
  readonly chips: readonly string[];
  /** Id of the chip that runs what the first of them can't; null where the system has none. */
  readonly host: string | null;
}
export interface DimensionChoice {
  readonly name: string;
  readonly value: number | null;
  readonly origin: 'binding' | 'follows' | 'default' | 'unbound';
  /** A name such as `batch` that settings may write in its place. */
  readonly alias?: string;
}

/** What an input holds, or which branch of a node runs: contents that decide shapes or what runs. */
export interface ValueChoice {
  readonly name: string;
  /** As it is written: `16000`, `true` or `1,2,3`. Null: not known. */
  readonly value: string | null;
  readonly origin: 'value' | 'default' | 'unset';
  /** Tells it from a dimension. */
  readonly isContent: true;
}

/** The chips and systems that there are, for a workspace rather than a model. */
export const chipsRequest = request<object, ChipsResult>('siliconlens/chips');
export interface ChipsResult {
  readonly chips: readonly ChipChoice[];
  readonly systems: readonly SystemChoice[];
}

/** The chips and systems that somebody's words find, as on the command line. */
export const searchChipsRequest = request<SearchChipsParams, SearchChipsResult>('siliconlens/searchChips');
export interface SearchChipsParams {
  readonly query: string;
}
/** Ids, best first. */
export interface SearchChipsResult {
  readonly found: readonly string[];
  /** Other models than was asked for, with its number as a part of theirs, or of its vendor or class. */
  readonly related: readonly string[];
  readonly systems: readonly string[];
}

/** The text of a new chip file that extends a chip: its headline figures, ready to be changed. */
export const newChipRequest = request<NewChipParams, NewChipResult>('siliconlens/newChip');
export interface NewChipParams {
  /** Id of the chip to extend. */
  readonly extends: string;
  readonly name: string;
}
export interface NewChipResult {
  /** Made from the name; no other chip has it. */
  readonly id: string;
  /** Null when there is no such chip to extend. */
  readonly text: string | null;
}

/** What differs in cost between two models that stand beside each other, on the first chosen chip. */
export const costDiffRequest = request<CostDiffParams, CostDiffResult>('siliconlens/costDiff');
export interface CostDiffParams {
  /** Of the right side. */
  readonly uri: string;
  readonly before: string;
}
export interface CostDiffResult {
  /** Both times with their difference, as a sentence; null where one of the models has no costs. */
  readonly total: string | null;
  /** Of the right side, largest effect first. */
  readonly lines: readonly CostDiffLine[];
}
export interface CostDiffLine {
  /** From 0. */
  readonly line: number;
  /** Time that the node takes more or less. */
  readonly text: string;
}

/** The text of a new system file: a copy of a system under another name. */
export const newSystemRequest = request<NewSystemParams, NewChipResult>('siliconlens/newSystem');
export interface NewSystemParams {
  /** Id of the system to begin with. */
  readonly like: string;
  readonly name: string;
}

/** At most 200 KB, whatever the size of the model. */
export const summaryRequest = request<SummaryParams, Summary>('siliconlens/summary');
export interface SummaryParams {
  readonly uri: string;
}
export interface Summary {
  readonly revision: number;
  readonly uri: string;
  readonly model: ReportModel;
  readonly workload: {
    readonly dimensions: readonly DimensionChoice[];
    readonly values: readonly ValueChoice[];
    readonly phase: Phase;
    readonly precision: PrecisionPolicy;
    /** Null: each chip's default. */
    readonly runtime: string | null;
  };
  readonly offers: Offers;
  readonly chips: readonly SummaryChip[];
  readonly own: OwnOrder;
  /** What to do next on the first chip; empty while that is not known. */
  readonly suggestions: readonly SuggestionItem[];
  readonly problems: readonly ReportProblem[];
  readonly coverage: { readonly nodes: number | null; readonly operations: number | null };
  /** Grid intensity in g CO2e/kWh; null: not given. */
  readonly carbonIntensity: number | null;
}
/** What may be chosen in place of what is in force. */
interface Offers extends Pick<ChoicesResult, 'runtimes' | 'defaultRuntimes'> {
  readonly phases: readonly Phase[];
  readonly precisions: readonly PrecisionPolicy[];
}
/** Another answer to one of the questions that a report begins with. */
export type QuestionChange =
  /** Null: back to the default. */
  | { readonly kind: 'dimension'; readonly name: string; readonly value: number | null }
  | { readonly kind: 'phase'; readonly value: Phase }
  | { readonly kind: 'precision'; readonly value: PrecisionPolicy }
  | { readonly kind: 'runtime'; readonly value: string | null }
  /** Id of the chip that leads the list from now on. */
  | { readonly kind: 'chip'; readonly value: string };
/** The chosen chips by the time that the model takes. */
export interface OwnOrder {
  /** At most three, the best first. */
  readonly best: readonly (Pick<RankRow, 'id' | 'name' | 'place' | 'fits'> & { readonly seconds: Ranged })[];
  /** Those that have no place, and why. */
  readonly outside: readonly { readonly name: string; readonly reason: string }[];
}
export type SummaryChip = Pick<
  ReportChip,
  'id' | 'name' | 'class' | 'runtime' | 'spread' | 'total' | 'efficiency' | 'roofs'
> & {
  readonly memory: Omit<ReportChip['memory'], 'timeline' | 'classes'> & {
    /** What a model can have of the capacity; null while that is unknown. */
    readonly usableBytes: number | null;
    /** At most 500, of each stretch of kernels the one that needs most. */
    readonly points: readonly MemoryPoint[];
    /** The planned block as boxes over time; null where the runtime plans none. */
    readonly arena: ArenaPicture | null;
    /** In order of execution, a stretch of kernels each; none where a time is unknown. */
    readonly traffic: readonly TrafficPoint[];
  };
  readonly precision: PrecisionChoice;
  readonly byOperator: readonly Share[];
  readonly byScope: readonly Share[];
  readonly byBound: readonly Share[];
  /** How many kernels there are. */
  readonly kernels: number;
  /** At most 2,000 kernels, the costliest first. */
  readonly points: readonly RooflinePoint[];
  readonly costliest: readonly NodeRow[];
  /** An imported profile beside the estimates; null when there is none for this chip. */
  readonly measured: MeasuredSummary | null;
};
/** A profile beside the estimates, its lists cut to what a page shows. */
export type MeasuredSummary = Omit<ReportMeasured, 'groups' | 'unmatchedRows' | 'unmatchedKernels'> & {
  /** Kernels with and without a measured time. */
  readonly kernels: number;
  readonly unmatchedKernels: number;
  readonly unmatchedRows: number;
  /** Seconds of the rows that belong to no kernel. */
  readonly unmatchedSeconds: number;
  /** Kernels with both times, the longest measured first. */
  readonly points: readonly MeasuredPoint[];
  /** The longest of the rows without a kernel. */
  readonly rowsWithoutKernel: ReportMeasured['unmatchedRows'];
  /** The costliest of the kernels without a row. */
  readonly kernelsWithoutRow: readonly MeasuredGap[];
  /** Why the times may not be those of what is estimated, as sentences. */
  readonly remarks: readonly string[];
};
export interface MeasuredPoint {
  /** The node that stands for the kernel. */
  readonly node: number;
  readonly label: string;
  /** Seconds, of all runs of the kernel in one of the model. */
  readonly measured: number;
  readonly estimate: Estimate;
}
export interface MeasuredGap {
  readonly node: number;
  readonly label: string;
  readonly estimate: Estimate | null;
}
/** What a model costs, for a list of many: the totals of its report, and no more. */
export const modelFiguresRequest = request<ModelFiguresParams, ModelFiguresResult>(
  'siliconlens/modelFigures',
);
export interface ModelFiguresParams {
  readonly uri: string;
  /** The key that came with the figures from before; null: there are none. */
  readonly known: string | null;
}
export interface ModelFiguresResult {
  /** Of the model and of all that its figures depend on; null where the model can't be read. */
  readonly key: string | null;
  /** Null where they are those from before, and where there are none. */
  readonly figures: ModelFigures | null;
  /** Why there are none, as a sentence. */
  readonly reason: string | null;
}
export interface ModelFigures extends Pick<ReportModel, 'parameters' | 'isLowerBound'> {
  /** Sizes that nobody gave, as `batch = 1`. */
  readonly assumed: readonly string[];
  readonly chips: readonly ModelOnChip[];
}
export interface ModelOnChip extends Pick<SummaryChip, 'id' | 'name'> {
  readonly latencySeconds: SummaryChip['total']['latencySeconds'];
  readonly memory: Pick<
    SummaryChip['memory'],
    'highWaterBytes' | 'leastBytes' | 'mostBytes' | 'capacityBytes' | 'streamedBytes' | 'fits' | 'fitsUnknown'
  >;
}

export interface Share {
  readonly name: string;
  readonly seconds: number;
  readonly nodes: number;
  /** Equal ones that stand here together, by name as far as there is room; the figures are those of all of them. */
  readonly alike?: { readonly count: number; readonly names: readonly string[] };
  /** How many names are left out of the list and stand here together; on the last alone. */
  readonly others?: number;
}
export interface RooflinePoint {
  readonly kernel: number;
  /** The kernel's anchor node. */
  readonly node: number;
  readonly label: string;
  /** Operations, bytes at the level of the bandwidth roof, and seconds of all runs of the model together. */
  readonly operations: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly bound: Bound;
}
/** Places that an allocator planned: what lies where, from which step to which. */
export interface ArenaPicture {
  readonly bytes: number;
  /** Steps of a run. */
  readonly steps: number;
  /** The largest. */
  readonly boxes: readonly ArenaBox[];
  /** How many smaller ones there are. */
  readonly more: number;
}
interface ArenaBox {
  /** That makes it; null for an input of the model. */
  readonly node: number | null;
  readonly name: string;
  /** First and last step, inclusive. */
  readonly from: number;
  readonly to: number;
  readonly offset: number;
  readonly bytes: number;
}

/** Kernels that run one after another, with what they move in one run. */
export interface TrafficPoint {
  /** Of the kernel that takes longest. */
  readonly node: number;
  readonly label: string;
  readonly seconds: number;
  /** By memory, in the order of `levels`. */
  readonly bytes: readonly number[];
}
export interface MemoryPoint {
  readonly node: number;
  readonly label: string;
  readonly activationBytes: number;
  /** What these are taken for; together they are all of them. */
  readonly classes: readonly { readonly name: MemoryClass; readonly bytes: number }[];
  /** The largest values that are alive then, beside the weights. */
  readonly alive: readonly { readonly name: string; readonly bytes: number }[];
}

/** Rows of the node table, sorted and filtered by the server. */
export const rowsRequest = request<RowsParams, RowsResult>('siliconlens/rows');
export interface RowsParams {
  readonly uri: string;
  readonly revision: number;
  readonly chip: string;
  readonly sort:
    'index' | 'seconds' | 'measured' | 'operations' | 'bytes' | 'bandwidth' | 'name' | 'operator' | 'bound';
  readonly descending: boolean;
  /** Words; each must occur in name, operator, scope or bound. */
  readonly filter: string;
  readonly from: number;
  readonly count: number;
  /** A node whose place among the rows is asked for. */
  readonly find?: number;
}
export interface RowsResult {
  readonly revision: number;
  readonly total: number;
  /** Place of the node that was to be found; null where no row is of it. */
  readonly found: number | null;
  readonly rows: readonly NodeRow[];
}
export interface NodeRow {
  readonly node: number;
  readonly name: string;
  readonly operator: string;
  readonly scope: string;
  /** Line of the listing, 1-based; null when elided. */
  readonly line: number | null;
  readonly shape: string;
  readonly operations: number | null;
  readonly bytes: number | null;
  readonly seconds: Estimate | null;
  /** What they are at the most, where only that is known. */
  readonly secondsAtMost?: number;
  /** Share of the chip's total latency, 0..1. */
  readonly share: number | null;
  /** Off-chip bytes per second that the node's kernel achieves. */
  readonly bandwidth: number | null;
  readonly bound: Bound;
  readonly rule: ReportNode['rule'];
  /** The kernel that runs it: the node that stands for it, of how many; null where nothing is dispatched. */
  readonly kernel: { readonly node: number; readonly nodes: number } | null;
  /** Id of the unit that runs it, where kernels run on several. */
  readonly unit: string | null;
  /** Of the node's kernel; null where nothing was measured. */
  readonly measured: MeasuredCell | null;
}
/** The measured time of a kernel, which is that of all its nodes together. */
export interface MeasuredCell {
  readonly seconds: number;
  /** Measured ÷ estimated. */
  readonly ratio: number | null;
  /** Whether it lies inside the stated range. */
  readonly inside: boolean | null;
  /** The node that stands for the kernel, and how many nodes the kernel has. */
  readonly node: number;
  readonly nodes: number;
}

/** The whole report in one of the command line's formats; it comes by {@link exportChunkRequest}, chunk by chunk. */
export const exportReportRequest = request<ExportReportParams, ExportReportResult>(
  'siliconlens/exportReport',
);
/** The formats that files are written in, with the ending of their names; what else is printed is for terminals. */
export const exportFormats = [
  { format: 'html', extension: 'html' },
  { format: 'markdown', extension: 'md' },
  { format: 'csv', extension: 'csv' },
  { format: 'json', extension: 'json' },
  { format: 'perfetto', extension: 'perfetto.json' },
  { format: 'model-explorer', extension: 'model-explorer.json' },
] as const;
export type ExportFormat = (typeof exportFormats)[number]['format'];
export interface ExportReportParams {
  readonly uri: string;
  readonly format: ExportFormat;
  /** A number of the client's own that its chunks carry. */
  readonly export: number;
}
export interface ExportReportResult {
  /** How many chunks there were. */
  readonly chunks: number;
}

/** The files that the listing and the report of a model are made from: nothing that is saved goes over one of them. */
export const inputsRequest = request<InputsParams, InputsResult>('siliconlens/inputs');
export interface InputsParams {
  readonly uri: string;
}
export interface InputsResult {
  /** The model, its external data, the workspace's chips, imported profiles. */
  readonly uris: readonly string[];
}

/** Reads a profile and lays it beside the estimates of a chip, from now on in this workspace. */
export const importProfileRequest = request<ImportProfileParams, ImportProfileResult>(
  'siliconlens/importProfile',
);
export interface ImportProfileParams {
  readonly uri: string;
  /** URI of the file: a trace of ONNX Runtime, a file of trtexec --exportProfile, or a CSV. */
  readonly profile: string;
  /** Id of the chip that it was measured on. */
  readonly chip: string;
}
export type ImportProfileResult =
  | {
      readonly ok: true;
      /** What was read and how well it fits, in sentences. */
      readonly message: string;
      /** The chip's name if it is not among the chosen ones, so that its times show nowhere yet. */
      readonly notChosen: string | null;
    }
  | { readonly ok: false; readonly message: string };

/** Forgets an imported profile. */
export const removeProfileRequest = request<RemoveProfileParams, RemoveProfileResult>(
  'siliconlens/removeProfile',
);
export interface RemoveProfileParams {
  readonly uri: string;
  readonly chip: string;
}
export interface RemoveProfileResult {
  /** The name of the profile that is gone; null if there was none. */
  readonly removed: string | null;
}

/**
 * Reads the weights of a model once and answers with a page about the zeros in them. The client cancels it; how far it
 * has come is told by {@link sparsityProgressNotification}.
 */
export const sparsityRequest = request<SparsityParams, SparsityResult>('siliconlens/sparsity');
export interface SparsityParams {
  readonly uri: string;
}
export interface SparsityResult {
  /** Markdown. */
  readonly text: string;
}

/** What a model takes on one of the chosen chips at each of its precisions, under several sizes of a dimension. */
export const whatIfRequest = request<WhatIfParams, WhatIfResult>('siliconlens/whatIf');
export interface WhatIfParams {
  readonly uri: string;
  readonly chip: string;
  /** Null: at the sizes in force. */
  readonly dimension: string | null;
}
export interface WhatIfResult extends Pick<WhatIfParams, 'chip' | 'dimension'> {
  /** Ascending, that in force among them; none without a dimension. */
  readonly sizes: readonly number[];
  readonly rows: readonly WhatIfRow[];
}
interface WhatIfRow {
  readonly precision: PrecisionPolicy;
  /** What most of it is computed in. */
  readonly compute: string;
  /** What the precision in force comes to on this chip. */
  readonly isCurrent: boolean;
  /** By size, one without a dimension; null where the model or the chip refuses it. */
  readonly cells: readonly (WhatIfCell | null)[];
}
export interface WhatIfCell {
  /** Of one run. */
  readonly seconds: Ranged | null;
  readonly joules: Ranged | null;
  /** Most bytes at one time. */
  readonly bytes: number | null;
  readonly fits: boolean | null;
  /** In one run. */
  readonly samples: number;
}

/** Prefill and decode of a language model on a chosen chip, and their curves over batch and context. */
export const phasesRequest = request<PhasesParams, PhasesResult>('siliconlens/phases');
export interface PhasesParams extends Partial<Omit<PhaseSizes, 'batch'>> {
  readonly uri: string;
  readonly chip: string;
  /** Tokens that a step of decoding yields for each sequence, by speculative decoding; 1 without. */
  readonly accepted: number;
}
export interface PhasesResult {
  /** Null for a chip that is not chosen. */
  readonly phases: ChipPhases | null;
}

/** Which chips serve a model best within limits, of all that there are, at the precision in force. */
export const rankRequest = request<RankParams, RankResult>('siliconlens/rank');
export interface RankParams {
  readonly uri: string;
  readonly objective: Objective;
  readonly limits: Limits;
  /** Of each chip the one that serves best; none: the one that the model is computed at. */
  readonly precisions: readonly PrecisionPolicy[];
  /** Null: that of the model. */
  readonly phase: Phase | null;
  /** By chip id, in one unit of the user's own. */
  readonly prices: Readonly<Record<string, number>>;
}
export interface RankResult {
  readonly revision: number;
  readonly objective: Objective;
  /** Best first, by value; how sure that order is, `place` says. */
  readonly ranked: readonly RankItem[];
  /** Ids of those of which nobody can say that another is better. */
  readonly best: readonly string[];
  /** The others, each with the first limit that it breaks, the nearest first. */
  readonly rejected: readonly RejectedItem[];
  readonly choices: RankChoices;
}
/** What can be asked for. */
export interface RankChoices {
  readonly objectives: readonly Objective[];
  readonly places: readonly NamedChoice[];
  readonly classes: readonly NamedChoice[];
  /** ISO 3166 codes. */
  readonly countries: readonly string[];
  readonly phases: readonly Phase[];
  readonly precisions: readonly PrecisionPolicy[];
}
interface NamedChoice {
  readonly id: string;
  readonly name: string;
}
export interface RankItem extends RankRow {
  readonly notes: string;
}
/** A chip that is no answer, and why, in a line. */
export interface RejectedItem extends Pick<RankRow, 'id' | 'name' | 'class' | 'places'> {
  readonly reason: string;
}

/** Models that the server leaves alone: it ended while it was at work on them. The whole list, whenever it changes. */
export const withheldNotification = notification<WithheldParams>('siliconlens/withheld');
export interface WithheldParams {
  readonly models: readonly WorkingModel[];
}

/**
 * Chip files that the client's editor holds against their schema itself, since they are open in it: of those the server
 * tells only what the schema does not see. The whole list, whenever it changes; an editor that does not validate sends
 * none.
 */
export const validatedNotification = notification<ValidatedParams>('siliconlens/validated');
export interface ValidatedParams {
  readonly files: readonly string[];
}

/**
 * A question for a sign of life, answered by {@link pongNotification} before the queue of requests: by a server in a
 * process of its own (`ipc`) or in a worker alone.
 */
export const pingNotification = 'siliconlens/ping';
export const pongNotification = 'siliconlens/pong';

// --- server -> client -------------------------------------------------------------------------------------------

/** Reads of files that the server can't reach itself (any scheme but `file:`). Bytes travel as base64. */
export const statModelRequest = request<StatFileParams, StatFileResult>('siliconlens/statFile');
export interface StatFileParams {
  readonly uri: string;
  /** What the file system states is enough: a file of weights is not read for it. */
  readonly stated?: boolean;
}
export type StatFileResult = (
  | { readonly ok: true; readonly size: number; readonly mtime: number }
  | { readonly ok: false; readonly reason: string }
) & {
  /** A link stands there, of which nobody says where it leads. */
  readonly isLink?: boolean;
};
/** The next chunk of a report under way; answered when the client is done with it, with an error if it wants no more. */
export const exportChunkRequest = request<ExportChunkParams, void>('siliconlens/exportChunk');
export interface ExportChunkParams {
  readonly export: number;
  readonly text: string;
}
/** Names of the files in a folder. */
export const listFolderRequest = request<ListFolderParams, ListFolderResult>('siliconlens/listFolder');
export interface ListFolderParams {
  readonly uri: string;
}
export type ListFolderResult =
  { readonly ok: true; readonly names: readonly string[] } | { readonly ok: false; readonly reason: string };
export const readModelRequest = request<ReadFileParams, ReadFileResult>('siliconlens/readFile');
export interface ReadFileParams {
  readonly uri: string;
  readonly offset: number;
  readonly length: number;
}
export type ReadFileResult =
  { readonly ok: true; readonly base64: string } | { readonly ok: false; readonly reason: string };

/**
 * An open listing shows a text that is no longer (or was never) served by this server, for example after it was
 * started again: the provider reports the file as changed, so that the editor reads it anew.
 */
export const listingOutdatedNotification = notification<ListingOutdatedParams>('siliconlens/listingOutdated');
export interface ListingOutdatedParams {
  readonly uri: string;
}

/** An analysis is ready or its choices changed: status item, side panel and reports of that listing refresh. */
export const analysisNotification = notification<AnalysisParams>('siliconlens/analysis');
export interface AnalysisParams {
  readonly uri: string;
  readonly revision: number;
}

/** The costliest nodes for the overview ruler: at most 2,000 above the threshold. */
export const heatNotification = notification<HeatParams>('siliconlens/heat');
export interface HeatParams {
  readonly uri: string;
  readonly revision: number;
  readonly lines: readonly { readonly line: number; readonly share: number; readonly bound: Bound }[];
}

/** State of the server, pushed as state and not as event. */
export const statusNotification = notification<StatusParams>('siliconlens/status');
export interface StatusParams {
  readonly health: 'ok' | 'warning' | 'error';
  readonly quiescent: boolean;
  readonly message: string;
}

/** What the server is at work on: told before it begins, so that it is known should the server end over it. */
export const workingNotification = notification<WorkingParams>('siliconlens/working');
export interface WorkingParams {
  readonly models: readonly WorkingModel[];
}
export interface WorkingModel {
  /** Of the listing, or of the hand-written file. */
  readonly uri: string;
  readonly stage: WorkStage;
}
/** Reading makes the listing; analysing is all that follows. */
export type WorkStage = 'reading' | 'analysing';

/** Bytes of weights read so far and in all. */
export const sparsityProgressNotification = notification<SparsityProgressParams>(
  'siliconlens/sparsityProgress',
);
export interface SparsityProgressParams {
  readonly uri: string;
  readonly done: number;
  readonly all: number;
}

// --- webview <-> extension --------------------------------------------------------------------------------------

export type ToWebview =
  | { readonly type: 'state'; readonly state: WebviewState }
  | { readonly type: 'summary'; readonly summary: Summary }
  | { readonly type: 'rows'; readonly request: number; readonly result: RowsResult }
  | { readonly type: 'ranking'; readonly request: number; readonly result: RankResult }
  | { readonly type: 'variants'; readonly request: number; readonly result: WhatIfResult }
  | { readonly type: 'phases'; readonly request: number; readonly result: PhasesResult }
  | { readonly type: 'around'; readonly request: number; readonly result: Neighbourhood }
  | { readonly type: 'failed'; readonly request: number | null; readonly message: string }
  | { readonly type: 'highlight'; readonly node: number | null }
  | { readonly type: 'overview'; readonly overview: Overview };

/** All models of a workspace. */
export interface Overview {
  readonly models: readonly OverviewModel[];
  /** More models than are looked at. */
  readonly isCut: boolean;
  /** How many of the models are done, and which one is worked on; null while nothing is. */
  readonly running: { readonly done: number; readonly all: number; readonly name: string } | null;
}
export interface OverviewModel {
  readonly uri: string;
  /** From the folder of the workspace; with its name where there are several. */
  readonly path: string;
  readonly figures: ModelFigures | null;
  /** Why it has none, as a sentence; null: nobody asked yet. */
  readonly reason: string | null;
  /** The model, or what its figures depend on, changed since somebody asked: these are shown no more. */
  readonly isOutdated: boolean;
}

/** What the page shows before or instead of a summary. */
export type WebviewState =
  | { readonly kind: 'empty' }
  | { readonly kind: 'loading'; readonly model: string }
  | { readonly kind: 'error' | 'stale'; readonly message: string; readonly actions: readonly StateAction[] };

export type FromWebview =
  | { readonly type: 'ready' }
  | { readonly type: 'rows'; readonly request: number; readonly params: Omit<RowsParams, 'uri'> }
  | { readonly type: 'rank'; readonly request: number; readonly params: Omit<RankParams, 'uri'> }
  | { readonly type: 'useChip'; readonly chip: string }
  | { readonly type: 'choose'; readonly changes: readonly QuestionChange[] }
  | { readonly type: 'whatIf'; readonly request: number; readonly params: Omit<WhatIfParams, 'uri'> }
  | { readonly type: 'phases'; readonly request: number; readonly params: Omit<PhasesParams, 'uri'> }
  | { readonly type: 'around'; readonly request: number; readonly params: Omit<NeighbourhoodParams, 'uri'> }
  /** A chart as a file of PNG, named by the chart. */
  | { readonly type: 'savePicture'; readonly name: string; readonly png: Uint8Array }
  | { readonly type: 'reveal'; readonly node: number }
  /** How the time of a node, or of the whole run (null), comes about. */
  | { readonly type: 'explain'; readonly node: number | null; readonly chip: string }
  /** Of the page about all models: to work out what is not known, to stop, to open one. */
  | { readonly type: 'overview'; readonly ask: 'start' | 'stop' }
  | { readonly type: 'openModel'; readonly uri: string }
  | { readonly type: 'command'; readonly command: WebviewCommand };

/** The only commands that a page may ask for. */
export type WebviewCommand =
  | 'openReport'
  | 'chooseChips'
  | 'findChip'
  | 'setDimensions'
  | 'openModel'
  | 'exportReport'
  | 'importProfile'
  | 'removeProfile'
  | 'showSuggestions'
  | StateAction;
/** Ways out of a state without figures. */
type StateAction = 'analyseAgain' | 'restartServer' | 'showLog';
