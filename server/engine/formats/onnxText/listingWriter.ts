import { shortened, type ValueStyle } from './values';
import { nameText } from './words';
import { LineWriter } from './writer';

/** VS Code drops tokens, folding and lenses above 20 MiB or 300,000 lines: the listing stays clearly below. */
const limits = { bytes: 18 * 1024 * 1024, lines: 250_000 } as const;
/** What is kept free for the end of the text when a block is elided. */
const reserve = { bytes: 1024 * 1024, lines: 2_000 };

/** Builds the text of a model: indented, in one style, and no longer than editors take. */
export class ListingWriter extends LineWriter {
  /** Stands before each line. */
  indent = '';

  constructor(readonly style: ValueStyle) {
    super();
  }

  get isComplete(): boolean {
    return this.style.complete;
  }

  /** Writes a line of its own. */
  writeLine(text = ''): void {
    this.write(text && this.indent + text);
    this.endLine();
  }

  /** A name as the text shows it. */
  nameText(name: string): string {
    return nameText(this.isComplete ? name : shortened(name));
  }

  /** True when no more than 1 ÷ `share` of the room was meant for what is being written, and that is used up. */
  isFull(share: number): boolean {
    if (this.isComplete) return false;
    return (
      this.line >= (limits.lines - reserve.lines) / share ||
      this.size >= (limits.bytes - reserve.bytes) / share
    );
  }
}
