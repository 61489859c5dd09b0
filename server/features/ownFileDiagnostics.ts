import { DiagnosticSeverity, type Diagnostic } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import { problemMessage } from '../../l10n/problems';
import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import type { OwnFileState } from '../workspace/ownFiles';

/** Whose texts say what becomes of a file with errors. */
export type OwnFileTexts = 'chip' | 'system' | 'mapping';

/**
 * What is told of chip, system or mapping files. An editor that holds files against their schema tells the mistakes of those that are open
 * in it: here they are then left out, so that each is told once. Files that are not open it does not look at.
 */
export class OwnFileDiagnostics {
  private readonly states = new Map<string, OwnFileState>();
  private validated: ReadonlySet<string> = new Set();

  constructor(
    private readonly texts: OwnFileTexts,
    private readonly language: () => Language,
    private readonly send: (uri: string, diagnostics: Diagnostic[]) => void,
  ) {}

  /** A file is new or changed. */
  judged(state: OwnFileState): void {
    this.states.set(keyOf(state.uri), state);
    this.tell(state);
  }

  /** A file is no longer there. */
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

  private tell(state: OwnFileState): void {
    const isValidated = this.validated.has(keyOf(state.uri));
    const problems = state.problems.filter(({ bySchema }) => !(bySchema && isValidated));
    this.send(state.uri, diagnosticsOf({ ...state, problems }, this.texts, this.language()));
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

/** What is wrong, at its place, and for errors what is offered meanwhile. */
function diagnosticsOf(state: OwnFileState, texts: OwnFileTexts, language: Language): Diagnostic[] {
  const document = TextDocument.create(state.uri, 'json', 0, state.text);
  return state.problems.map(({ severity, code, args, span }) => {
    const text = problemMessage(language, { code, args });
    const effect =
      state.offered === null
        ? message(language, `${texts}.unused`, { text })
        : message(language, `${texts}.kept`, { text, name: state.offered });
    return {
      range: { start: document.positionAt(span.start), end: document.positionAt(span.end) },
      severity: severities[severity],
      source: 'siliconlens',
      code,
      message: severity === 'error' ? effect : text,
    };
  });
}
