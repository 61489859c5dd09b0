/** What mapping files say. Written by scripts/factTypes.ts from mapping.schema.json; do not edit. */

/** Where the nodes of a model run: one of several units each. */
export interface MappingFile {
  readonly schemaVersion: 1;
  /** Id of the system whose devices the units are, with its memories and links. */
  readonly system?: string;
  /** Where nodes can run. The first is the chip whose runtime makes the kernels. */
  readonly units?: readonly {
    /** What the unit is called here; of a system the id of the device. */
    readonly id: string;
    /** Id of the chip; left out where a device of the system has the unit's id. */
    readonly chip?: string;
    /** Id of the runtime that drives it; left out: the chip's own. */
    readonly runtime?: string;
  }[];
  /** How equal devices of the system share the model, instead of units. */
  readonly split?: {
    /** So many devices divide each matrix (tensor parallelism). */
    readonly tp: number;
    /** The layers are cut into so many stages (pipeline parallelism); left out: 1. */
    readonly pp?: number;
    /** So many copies each take a part of the batch (data parallelism); left out: 1. */
    readonly dp?: number;
    /** Experts are shared out among so many of the devices that divide matrices (expert parallelism); left out: 1. */
    readonly ep?: number;
    /** The tokens of a prompt are shared out among so many (context parallelism); left out: 1. */
    readonly cp?: number;
  };
  /** The unit of all nodes that are not named; left out: the first. */
  readonly default?: string;
  /** By unit the nodes that run on it, by name, or #12:Conv for the node of that number and operator. */
  readonly nodes?: Readonly<Record<string, readonly string[]>>;
}
