import { DiagnosticSeverity, type Diagnostic } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import { problemMessage } from '../../l10n/problems';
import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import type { ChipFileState } from '../workspace/ownChips';

/**
 * What is told of chip files. An editor that holds files against their schema tells the mistakes of those that are open
 * in it: here they are then left out, so that each is told once. Files that are not open it does not look at.
 */
export class ChipDiagnostics {
  private readonly states = new Map<string, ChipFileState>();
  private validated: ReadonlySet<string> = new Set();

  constructor(
    private readonly language: () => Language,
    private readonly send: (uri: string, diagnostics: Diagnostic[]) => void,
  ) {}

  /** A chip file is new or changed. */
  judged(state: ChipFileState): void {
    this.states.set(keyOf(state.uri), state);
    this.tell(state);
  }

  /** A chip file is no longer there. */
  removed(uri: string): void {
    this.states.delete(keyOf(uri));
    this.send(uri, []);
  }

  /** These files, and no others, the client's editor validates itself from now on. */
  validatedByEditor(files: readonly string[]): void {
    const before = this.validated;
    this.validated = new Set(files.map(keyOf));
    for (const [key, state] of this.states) if (before.has(key) !== this.validated.has(key)) this.tell(state);
  }

  private tell(state: ChipFileState): void {
    const isValidated = this.validated.has(keyOf(state.uri));
    const problems = state.problems.filter(({ bySchema }) => !(bySchema && isValidated));
    this.send(state.uri, diagnosticsOf({ ...state, problems }, this.language()));
  }
}

/** Client and server may write the same address in different ways: `c:` as `c%3A`, `(` as `%28`. */
function keyOf(uri: string): string {
  return URI.parse(uri).toString();
}

const severities = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
} as const;

/** What is wrong, at its place, and for errors what becomes of the chip meanwhile. */
function diagnosticsOf(state: ChipFileState, language: Language): Diagnostic[] {
  const document = TextDocument.create(state.uri, 'json', 0, state.text);
  return state.problems.map(({ severity, code, args, span }) => {
    const text = problemMessage(language, { code, args });
    const effect = state.chip
      ? message(language, 'chip.kept', { text, chip: state.chip.name })
      : message(language, 'chip.unused', { text });
    return {
      range: { start: document.positionAt(span.start), end: document.positionAt(span.end) },
      severity: severities[severity],
      source: 'siliconlens',
      code,
      message: severity === 'error' ? effect : text,
    };
  });
}
