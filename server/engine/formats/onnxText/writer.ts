import { utf8Length } from '../../graph/utf8';
import type { Place } from './places';

/** Comments on one line; what lies beyond is a broken or hostile file. */
const mostNotes = 8;

/** Lines joined at a time. */
const stretchLength = 1024;

/** Builds a text line by line and always knows where it is. */
export class LineWriter {
  /** Finished lines, and before them stretches of many: joining 100,000 lines at the end would take too long a time. */
  private lines: string[] = [];
  private readonly stretches: string[] = [];
  private lineCount = 0;
  private current = '';
  /** Written behind the line when it ends, because a comment swallows the rest of its line. */
  private notes: string[] = [];
  private bytes = 0;

  get line(): number {
    return this.lineCount;
  }

  get character(): number {
    return this.current.length;
  }

  get place(): Place {
    return { line: this.lineCount, character: this.current.length };
  }

  /** UTF-8 bytes of the finished lines. */
  get size(): number {
    return this.bytes;
  }

  write(text: string): void {
    this.current += text;
  }

  /** A comment for the end of the current line. */
  note(text: string): void {
    if (this.notes.length < mostNotes) this.notes.push(text);
    else if (this.notes.length === mostNotes) this.notes.push('...');
  }

  endLine(): void {
    if (this.notes.length > 0) {
      this.current += `${this.current.trim() ? '  ' : ''}# ${this.notes.join('; ')}`;
      this.notes = [];
    }
    this.bytes += utf8Length(this.current) + 1;
    this.lines.push(this.current);
    this.lineCount++;
    if (this.lines.length === stretchLength) {
      this.stretches.push(this.lines.join('\n'));
      this.lines = [];
    }
    this.current = '';
  }

  finish(): string {
    if (this.current || this.notes.length > 0) this.endLine();
    this.lines.push('');
    return [...this.stretches, ...this.lines].join('\n');
  }
}
