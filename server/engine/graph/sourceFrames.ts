import type { Node } from './model';

/** A line of the program from which a model was exported. */
export interface SourceFrame {
  /** Path as the machine of the export wrote it. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** What stood there, without blanks around it; '' where the file does not say. */
  readonly code: string;
}

/** Under these names PyTorch's exporters keep a trace of Python: the first for ONNX, the second in a .pt2 file. */
const keys: ReadonlySet<string> = new Set(['pkg.torch.onnx.stack_trace', 'stack_trace']);

/** Letters of a trace and frames of it that are read; programs have a few dozen frames. */
const mostLetters = 65_536;
const mostFrames = 128;

/** The trace of a node as its exporter wrote it; undefined where there is none. */
export function traceOf({ metadata }: Pick<Node, 'metadata'>): string | undefined {
  return metadata.find(([key]) => keys.has(key))?.[1];
}

/** The frames of a trace of Python in its order: the outermost first. */
export function framesOf(trace: string): SourceFrame[] {
  const frames: SourceFrame[] = [];
  const lines = trace.slice(0, mostLetters).split('\n');
  for (let at = 0; at < lines.length && frames.length < mostFrames; at++) {
    const found = /^\s*File "([^"]{1,4096})", line (\d{1,9})(?:,|$)/.exec(lines[at]!);
    if (!found) continue;
    const next = lines[at + 1]?.trim() ?? '';
    const code = next.startsWith('File "') ? '' : next;
    frames.push({ file: found[1]!, line: Number(found[2]), code });
  }
  return frames;
}
