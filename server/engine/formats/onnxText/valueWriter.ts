import type { Graph, Tensor, ValueInfo } from '../../graph/model';
import type { Steps } from '../../scheduler';
import type { ListingWriter } from './listingWriter';
import { lineRange, type Named } from './places';
import { shortened, tensorText } from './values';
import { commentText, grouped, typeText } from './words';

/** Value lists longer than this are broken into lines. */
const lineLength = 110;

/** Writes values and initializers as graphs and functions declare them. */
export class ValueWriter {
  constructor(private readonly out: ListingWriter) {}

  /** A value with its type, where that is known. */
  text(value: ValueInfo): string {
    return this.parts(value).join('');
  }

  private parts({ name, type }: ValueInfo): [before: string, name: string] {
    const text = typeText(type);
    return [text && `${text} `, this.out.nameText(name)];
  }

  /** A list of inputs or outputs in parentheses, one to a line if they are many. */
  writeList(values: readonly ValueInfo[]): Named<ValueInfo>[] {
    const texts = values.map((value) => this.parts(value));
    const length = texts.reduce((sum, [before, name]) => sum + before.length + name.length + 2, 0);
    const broken = this.out.character + length > lineLength && values.length > 1;
    const { out } = this;
    const named: Named<ValueInfo>[] = [];
    out.write('(');
    texts.forEach(([before, name], i) => {
      if (broken) {
        out.endLine();
        out.write(`${out.indent}  `);
      }
      out.write(before);
      const start = out.character;
      out.write(name);
      named.push({
        name: values[i]!.name,
        range: lineRange(out.line, start, out.character),
        item: values[i]!,
      });
      if (i < texts.length - 1) out.write(broken ? ',' : ', ');
    });
    if (broken) {
      out.endLine();
      out.write(out.indent);
    }
    out.write(')');
    return named;
  }

  /** The list in angle brackets: declared values, if everything is printed, and initializers, one to a line. */
  *writeInitializers(graph: Graph): Steps<readonly Named<Tensor>[]> {
    const { out } = this;
    const declared = out.isComplete ? graph.valueInfo : [];
    const tensors = graph.initializers.filter((tensor) => tensor.dtype);
    const unknown = graph.initializers.filter((tensor) => !tensor.dtype);
    if (declared.length + graph.initializers.length + graph.sparseInitializers.length === 0) return [];
    const named: Named<Tensor>[] = [];
    out.endLine();
    out.writeLine('<');
    let first = true;
    const next = (): void => {
      if (!first) {
        out.write(',');
        out.endLine();
      }
      first = false;
      out.write(`${out.indent}  `);
    };
    for (const value of declared) {
      next();
      out.write(this.text(value));
    }
    for (let i = 0; i < tensors.length; i++) {
      yield;
      if (out.isFull(2)) {
        out.note(`... ${grouped(tensors.length - i)} more initializers`);
        break;
      }
      next();
      named.push(this.writeInitializer(tensors[i]!));
    }
    if (!first) out.endLine();
    for (const { name, dims } of unknown)
      out.writeLine(`  # ${commentText(shortened(name))}: unknown type, [${dims.join(', ')}]`);
    for (const { name, dims, values } of graph.sparseInitializers) {
      const shape = `sparse_tensor(${values.dtype ?? 'float'}[${dims.join(', ')}])`;
      out.writeLine(`  # ${commentText(shortened(name))}: ${shape}, ${grouped(values.dims[0] ?? 0)} values`);
    }
    out.write(`${out.indent}>`);
    return named;
  }

  private writeInitializer(tensor: Tensor): Named<Tensor> {
    const { out } = this;
    const { type, data, notes } = tensorText(tensor, out.style);
    out.write(`${type} `);
    const start = out.character;
    out.write(out.nameText(tensor.name));
    const range = lineRange(out.line, start, out.character);
    out.write(` = ${data}`);
    notes.forEach((note) => out.note(note));
    return { name: tensor.name, range, item: tensor };
  }
}
