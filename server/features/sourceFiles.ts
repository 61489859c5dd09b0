import { commonEnd } from '../../outside/paths';
import type { Inference } from '../engine/inference/types';
import { framesOf, type SourceFrame, traceOf } from '../engine/graph/sourceFrames';
import { addTo, appendAll } from '../engine/lists';
import { Query } from '../engine/query';
import { isStepDue, type Steps } from '../engine/scheduler';

/** A file of the program from which a model was exported, with what came of its lines. */
export interface SourceFile {
  /** As the machine of the export wrote it. */
  readonly path: string;
  /** By line, 1-based. */
  readonly lines: ReadonlyMap<number, SourceLine>;
}
export interface SourceLine {
  /** What stood there; '' where nobody says. */
  readonly code: string;
  /** Flat indices of the nodes that the line made, also by what it called; ascending, each once. */
  readonly nodes: readonly number[];
}

type OpenLine = { readonly code: string; readonly nodes: number[] };

/** Files of a program that are kept; one of a large framework has some hundred. */
const mostFiles = 2000;

const known = new Query<Inference, readonly SourceFile[]>();

/** The files that the nodes of a model name, in the order in which they are first named. */
export function sourceFiles(inference: Inference): Steps<readonly SourceFile[]> {
  return known.steps(inference, () => filesOf(inference));
}

function* filesOf({ nodes }: Inference): Steps<readonly SourceFile[]> {
  const files = new Map<string, Map<number, OpenLine>>();
  // Nodes of one line have one trace.
  const byTrace = new Map<string, number[]>();
  for (const { index, node } of nodes) {
    if (isStepDue(index)) yield;
    const trace = traceOf(node);
    if (trace !== undefined) addTo(byTrace, trace, index);
  }
  for (const [trace, made] of byTrace) {
    yield;
    for (const { file, line, code } of eachLineOnce(framesOf(trace))) {
      let lines = files.get(file);
      if (!lines && files.size === mostFiles) continue;
      if (!lines) files.set(file, (lines = new Map<number, OpenLine>()));
      const known = lines.get(line);
      if (known) appendAll(known.nodes, made);
      else lines.set(line, { code, nodes: [...made] });
    }
  }
  for (const lines of files.values()) {
    yield;
    for (const one of lines.values()) one.nodes.sort((a, b) => a - b);
  }
  return [...files].map(([path, lines]) => ({ path, lines }));
}

/** A function that calls itself stands in a trace several times. */
function eachLineOnce(frames: readonly SourceFrame[]): SourceFrame[] {
  return [...new Map(frames.map((frame) => [`${frame.line} ${frame.file}`, frame])).values()];
}

/**
 * The file of the program that a file here is: of those of its name the one with most of its path in common, of which at least
 * one line still reads as it did. Null where there is none.
 * @param lines of the file here, as it is now
 */
export function sourceAt(
  files: readonly SourceFile[],
  path: string,
  lines: readonly string[],
): SourceFile | null {
  const alike = files
    .map((file) => ({ file, same: commonEnd(file.path, path) }))
    .filter(
      ({ same, file }) => same > 0 && [...file.lines].some(([line, { code }]) => reads(lines, line, code)),
    )
    .sort((a, b) => b.same - a.same);
  return alike[0]?.file ?? null;
}

/** Whether a line (1-based) still reads as it did at the export. */
export function reads(lines: readonly string[], line: number, code: string): boolean {
  return code !== '' && lines[line - 1]?.trim() === code;
}
