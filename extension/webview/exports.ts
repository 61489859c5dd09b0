import type { ExportChunkParams, ExportReportResult } from '../../server/protocol';

/** Reports on their way from the server: it sends the next chunk when the reader is done with the one before. */
export class Exports {
  private readonly takers = new Map<number, (text: string) => Promise<void>>();
  private last = 0;

  /** A chunk has come; rejects when nobody reads that report any more, so that the server stops. */
  take({ export: id, text }: ExportChunkParams): Promise<void> {
    return this.takers.get(id)?.(text) ?? Promise.reject(new Error('not wanted any more'));
  }

  /** The chunks of one report. `request` asks for it under the number that it gets. */
  async *read(request: (id: number) => Promise<ExportReportResult>): AsyncGenerator<string> {
    const id = ++this.last;
    const waiting: { readonly text: string; readonly taken: () => void }[] = [];
    let wake = (): void => {};
    this.takers.set(id, (text) => {
      return new Promise((taken) => {
        waiting.push({ text, taken });
        wake();
      });
    });
    let isOver = false;
    const all = request(id).finally(() => {
      isOver = true;
      wake();
    });
    all.catch(() => {});
    try {
      for (;;) {
        const chunk = waiting[0];
        if (chunk) {
          yield chunk.text;
          // Only now: a reader that stops here leaves it to be answered at the end.
          waiting.shift();
          chunk.taken();
        } else if (isOver) break;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
      await all;
    } finally {
      this.takers.delete(id);
      for (const { taken } of waiting) taken();
    }
  }
}
