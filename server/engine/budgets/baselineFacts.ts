/** What baseline files say. Written by scripts/factTypes.ts from baseline.schema.json; do not edit. */

/** What models cost at one time: `siliconlens baseline` writes it, `siliconlens check` compares with it. */
export interface BaselineFile {
  readonly schemaVersion: 1;
  /** The version of Siliconlens that wrote it. */
  readonly tool: string;
  /** A model in one place each, sorted. */
  readonly entries: readonly {
    /** Path of the model from the root of the budget file. */
    readonly model: string;
    /** Digest of what was read of the model: its graph, not its weights but those that lie in one piece with it. */
    readonly contentHash: string;
    /** Id of the chip; left out: the model by itself. */
    readonly chip?: string;
    /** Id of the system that chose the chip. */
    readonly system?: string;
    /** The phase; left out: inference. */
    readonly phase: string;
    /** The precision that is assumed; left out: as stored. */
    readonly precision: string;
    /** Id of the runtime; left out: each chip's own. */
    readonly runtime?: string;
    /** Numbers of symbolic dimensions, by name. */
    readonly bindings: Readonly<Record<string, number>>;
    /** What it costs, in SI units. */
    readonly figures: Readonly<
      Record<
        string,
        {
          /** The estimated value; null: unknown. */
          readonly value: number | null;
          /** The upper end of its range, where it has one. */
          readonly high?: number;
          /** The whole is at least that. */
          readonly isLowerBound?: true;
        }
      >
    >;
    /** The dearest nodes. */
    readonly nodes: readonly {
      /** Name of the node; empty where it has none. */
      readonly name: string;
      /** Its operator. */
      readonly operator: string;
      /** Shapes of its results. */
      readonly shape: string;
      /** Seconds on the chip, or operations of the model by itself; null: unknown. */
      readonly cost: number | null;
    }[];
    /** There are more nodes, none of which costs more than the last one. */
    readonly hasMoreNodes?: true;
  }[];
}
