/** What budget files say. Written by scripts/factTypes.ts from budget.schema.json; do not edit. */

/** What models may cost: limits on chips, and how far they may move from a baseline. `siliconlens check --budget FILE` holds models against it. */
export interface BudgetFile {
  readonly schemaVersion: 1;
  /** What models are compared with: a file, or the models of a git revision. */
  readonly baseline?: {
    /** A file that `siliconlens baseline` wrote, by its path from this file. */
    readonly file?: string;
    /** A git revision, such as origin/main: the models as they are there. */
    readonly revision?: string;
  };
  /** The budgets. A model has to keep every one that names it. */
  readonly budgets: readonly {
    /** What the budget is called in results. */
    readonly name?: string;
    /** Paths or globs of the models, from the folder of this file (of .siliconlens/budget.json from the folder that holds .siliconlens). */
    readonly models: readonly string[];
    /** Ids of the chips on which the limits hold. */
    readonly chips?: readonly string[];
    /** Ids of systems: the limits hold on each chip that choosing the system chooses. */
    readonly systems?: readonly string[];
    /** The precision that is assumed; left out: as stored. */
    readonly precision?:
      'as-stored' | 'fp32' | 'tf32' | 'bf16' | 'fp16' | 'fp8' | 'int8' | 'int4-weights' | 'fp4';
    /** The phase; left out: inference. */
    readonly phase?: 'inference' | 'prefill' | 'decode' | 'training';
    /** Id of the runtime; left out: each chip's own. */
    readonly runtime?: string;
    /** Numbers of symbolic dimensions, by name. */
    readonly bindings?: Readonly<Record<string, number>>;
    /** The most of each figure, a number in SI units or a text with a unit. */
    readonly limits?: {
      /** Time of one run on a chip, such as "30 ms". */
      readonly latency?: number | string;
      /** Most memory that a run takes on a chip, such as "2 GB". */
      readonly memory?: number | string;
      /** Bytes that a run moves, by memory level of a chip, such as {"GDDR6": "1 GB"}. */
      readonly traffic?: Readonly<Record<string, number | string>>;
      /** Energy of one run on a chip, such as "50 mJ". */
      readonly energy?: number | string;
      /** Operations of one run, a multiply-accumulate being 2, such as "8.2 GOP". */
      readonly operations?: number | string;
      /** Numbers that were trained, such as "26 M". */
      readonly parameters?: number | string;
      /** Nodes that the chip's runtime cannot run on the chip. */
      readonly unsupportedNodes?: number | string;
    };
    /** How much more than in the baseline each figure may be: a share such as "5 %", or an amount such as "1 ms". What is not named is not compared. */
    readonly tolerance?: {
      /** Of the time of one run, such as "5 %" or "1 ms". */
      readonly latency?: number | string;
      /** Of the memory that a run takes, such as "5 %" or "10 MB". */
      readonly memory?: number | string;
      /** Of the bytes that a run moves, by memory level, such as {"GDDR6": "5 %"}. */
      readonly traffic?: Readonly<Record<string, number | string>>;
      /** Of the energy of one run, such as "5 %" or "1 mJ". */
      readonly energy?: number | string;
      /** Of the operations, such as "0 %" or "1 MOP". */
      readonly operations?: number | string;
      /** Of the parameters, such as "0 %" or "10 k". */
      readonly parameters?: number | string;
      /** Of the nodes that the runtime cannot run on the chip, such as 0. */
      readonly unsupportedNodes?: number | string;
    };
    /** What has to hold: the estimated value, or the upper end of its range (of the central 90 %); left out: the value. */
    readonly estimate?: 'value' | 'upper';
    /** Whether a figure that cannot be told fails; left out: it does. */
    readonly unknown?: 'fail' | 'pass';
  }[];
}
