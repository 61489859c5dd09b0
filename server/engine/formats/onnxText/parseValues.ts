import type { Tensor, ValueInfo } from '../../graph/model';
import { LineError, type Cursor } from './cursor';
import type { TypeParser } from './parseTypes';
import type { Named, Scope } from './places';
import type { Writable } from './writable';

/** Reads the lists of a header: inputs, outputs, and what is declared of other values. */
export class ValueParser {
  constructor(
    private readonly cursor: Cursor,
    private readonly types: TypeParser,
  ) {}

  /** Values with types, and with contents or a place where they are initializers. */
  parse(
    close: string,
    values: ValueInfo[],
    initializers: Tensor[] | null,
    scope: Writable<Scope>,
  ): readonly Named<ValueInfo>[] {
    const { cursor } = this;
    const named: Named<ValueInfo>[] = [];
    const tensors = scope.initializers as Named<Tensor>[];
    cursor.list(close, () => {
      const type = this.types.atType() ? this.types.type() : undefined;
      const range = cursor.token.range();
      const item: ValueInfo = { name: cursor.name(), type };
      if (!type && (cursor.is('[') || (cursor.atName && cursor.token.line === range.start.line))) {
        cursor.report('format.text-type', {}, range);
        throw new LineError();
      }
      const isInput = close === ')';
      const isInitializer = initializers !== null && cursor.accept('=');
      if (isInput || !isInitializer) {
        values.push(item);
        named.push({ name: item.name, range, item });
      }
      if (!isInitializer) return;
      if (!type) throw cursor.failure('format.text-tensor-type', {});
      const tensor = this.types.tensor(item.name, type);
      initializers.push(tensor);
      tensors.push({ name: item.name, range, item: tensor });
    });
    return named;
  }
}
