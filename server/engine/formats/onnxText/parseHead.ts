import type { OpsetImport } from '../../graph/model';
import type { Cursor } from './cursor';
import type { TypeParser } from './parseTypes';

/** What stands in angle brackets before a model or a function. */
export interface ModelHead {
  irVersion: number | null;
  opsets: readonly OpsetImport[];
  producerName: string;
  producerVersion: string;
  domain: string;
  overload: string;
  modelVersion: number | null;
  docString: string;
  metadata: readonly (readonly [string, string])[];
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
    const head: ModelHead = {
      irVersion: null,
      opsets: [],
      producerName: '',
      producerVersion: '',
      domain: '',
      overload: '',
      modelVersion: null,
      docString: '',
      metadata: [],
    };
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
    const { kind, text: key } = cursor.token;
    if (kind !== 'identifier') throw cursor.failure('format.text-key');
    const known = ['opset_import', 'doc_string', 'domain', ...(isModel ? modelKeys : ['overload'])];
    if (!known.includes(key)) throw cursor.failure('format.text-key');
    cursor.advance();
    cursor.expect(':');
    if (key === 'opset_import') head.opsets = this.opsets();
    else if (key === 'metadata_props') head.metadata = this.metadata();
    else if (key === 'ir_version') head.irVersion = this.types.number();
    else if (key === 'model_version') head.modelVersion = this.types.number();
    else {
      const value = this.cursor.string();
      if (key === 'producer_name') head.producerName = value;
      else if (key === 'producer_version') head.producerVersion = value;
      else if (key === 'domain') head.domain = value === 'ai.onnx' && !isModel ? '' : value;
      else if (key === 'overload') head.overload = value;
      else head.docString = value;
    }
  }

  private opsets(): readonly OpsetImport[] {
    const opsets: OpsetImport[] = [];
    this.cursor.expect('[');
    this.cursor.list(']', () => {
      const domain = this.cursor.string();
      this.cursor.expect(':');
      opsets.push({ domain: domain === 'ai.onnx' ? '' : domain, version: this.types.number() });
    });
    return opsets;
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
