import type { OnnxFacts, OperatorSet } from '../../graph/model';
import { onnxOrigin } from '../../graph/origin';
import type { Cursor } from './cursor';
import type { TypeParser } from './parseTypes';
import type { Writable } from './writable';

/** What stands in angle brackets before a model or a function. */
export interface ModelHead {
  readonly facts: Writable<OnnxFacts>;
  operatorSets: readonly OperatorSet[];
  /** Functions alone have one. */
  overload: string;
}

const modelKeys = ['ir_version', 'producer_name', 'producer_version', 'model_version', 'metadata_props'];

/** Reads `<key: value, ...>` before a model or a function. */
export class HeadParser {
  constructor(
    private readonly cursor: Cursor,
    private readonly types: TypeParser,
  ) {}

  head(isModel: boolean): ModelHead {
    const { cursor } = this;
    const head: ModelHead = { facts: onnxOrigin().facts, operatorSets: [], overload: '' };
    if (!cursor.is('<')) return head;
    cursor.token.multiline = true;
    cursor.advance();
    const { line } = cursor.token;
    const complete = cursor.attempt(() => cursor.list('>', () => this.entry(head, isModel)));
    cursor.token.multiline = false;
    if (!complete) cursor.skipLine(line);
    return head;
  }

  private entry(head: ModelHead, isModel: boolean): void {
    const { cursor } = this;
    const { facts } = head;
    const { kind, text: key } = cursor.token;
    if (kind !== 'identifier') throw cursor.failure('format.text-key', {});
    const known = ['opset_import', 'doc_string', 'domain', ...(isModel ? modelKeys : ['overload'])];
    if (!known.includes(key)) throw cursor.failure('format.text-key', {});
    cursor.advance();
    cursor.expect(':');
    if (key === 'opset_import') head.operatorSets = this.operatorSets();
    else if (key === 'metadata_props') facts.metadata = this.metadata();
    else if (key === 'ir_version') facts.irVersion = this.types.number();
    else if (key === 'model_version') facts.modelVersion = this.types.number();
    else {
      const value = this.cursor.string();
      if (key === 'producer_name') facts.producerName = value;
      else if (key === 'producer_version') facts.producerVersion = value;
      else if (key === 'domain') facts.domain = value === 'ai.onnx' && !isModel ? '' : value;
      else if (key === 'overload') head.overload = value;
      else facts.docString = value;
    }
  }

  private operatorSets(): readonly OperatorSet[] {
    const sets: OperatorSet[] = [];
    this.cursor.expect('[');
    this.cursor.list(']', () => {
      const domain = this.cursor.string();
      this.cursor.expect(':');
      sets.push({ domain: domain === 'ai.onnx' ? '' : domain, version: this.types.number() });
    });
    return sets;
  }

  private metadata(): readonly (readonly [string, string])[] {
    const pairs: (readonly [string, string])[] = [];
    this.cursor.expect('[');
    this.cursor.list(']', () => {
      const key = this.cursor.string();
      this.cursor.expect(':');
      pairs.push([key, this.cursor.string()]);
    });
    return pairs;
  }
}
