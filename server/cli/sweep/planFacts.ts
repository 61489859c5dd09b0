/** What plans of sweeps say. Written by scripts/factTypes.ts from plan.schema.json; do not edit. */

/** What `siliconlens sweep` works out: models × chips × precisions × runtimes × phases × sizes. */
export interface PlanFile {
  readonly $schema?: string;
  /** Models by file, folder or glob (*.onnx for files in any folder), from the folder of this file on. A folder with a config.json is a model, of any other all models below it are taken. */
  readonly models: readonly string[];
  /** Chips by id, by name or by a file of one's own, as --chip takes them; all stands for every chip. Left out, without systems: the catalogue's choice. */
  readonly chips?: readonly string[];
  /** Systems by id or name: each of their chips, with the host that it has there. */
  readonly systems?: readonly string[];
  /** Types to compute in. Left out: as stored. */
  readonly precisions?: readonly (
    'as-stored' | 'fp32' | 'tf32' | 'bf16' | 'fp16' | 'fp8' | 'int8' | 'int4-weights' | 'fp4'
  )[];
  /** Ids of runtimes. A chip has a row for each of them that drives it; left out: for its own. */
  readonly runtimes?: readonly string[];
  /** What is run. Left out: inference. */
  readonly phases?: readonly ('inference' | 'prefill' | 'decode' | 'training')[];
  /** Numbers by name of a dimension, such as {"batch": [1, 8]}; with several names every combination. A model that has no such name is worked out all the same, and its rows say so. */
  readonly bindings?: Readonly<Record<string, readonly number[]>>;
}
