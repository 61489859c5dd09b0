import { symbolsOf, type Dim } from '../graph/dim';
import type { ValueType } from '../graph/model';
import type { FileFacts } from '../inference/symbolic';
import type { Inference } from '../inference/types';
import type { Element } from '../operators/rule';

/** Types and contents of values as a runtime's optimiser knows them: what it cannot know decides nothing. */
export class Seen {
  /** @param file what the file itself says; undefined: the bound numbers are known */
  constructor(
    private readonly inference: Inference,
    private readonly file?: FileFacts,
  ) {}

  type(id: number): ValueType | undefined {
    return (this.file?.facts ?? this.inference.values)[id]?.type;
  }

  /** Content of a small tensor, dimensions without a number among it. */
  elements(id: number): readonly Element[] | undefined {
    const value = this.inference.values[id];
    return this.file ? this.file.facts[id]?.elements : value?.isGiven ? undefined : value?.elements;
  }

  /** A number, or a size that the file names: of others nobody knows whether they are the same. */
  isTold(dim: Dim): boolean {
    const { file } = this;
    return typeof dim === 'number' || !file || symbolsOf(dim).every((name) => !file.unknown.has(name));
  }
}
