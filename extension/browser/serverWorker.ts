import { BrowserMessageReader, BrowserMessageWriter } from 'vscode-languageserver-protocol/browser';
import { pingNotification } from '../../server/protocol';
import { hear, type ServerLink, type ServerListener, type ServerLog } from '../server/link';

/** A connection's reader that can be told that nothing more will come. */
class EndingReader extends BrowserMessageReader {
  end(): void {
    this.fireClose();
  }
}

/** A server in a worker of its own. */
export class ServerWorker implements ServerLink {
  readonly transports: { readonly reader: EndingReader; readonly writer: BrowserMessageWriter };
  /** Workers end with the one that started them. */
  readonly parent = null;
  private readonly worker: Worker;
  private begun = false;
  private over = false;

  /** @param address of the server's bundle, which a worker may be started from */
  constructor(
    address: string,
    log: ServerLog,
    private readonly listener: ServerListener,
  ) {
    this.worker = new Worker(address, { name: 'siliconlens' });
    this.worker.addEventListener('message', ({ data }) => {
      this.begun = true;
      if (!this.over) hear(data, listener);
    });
    this.worker.addEventListener('error', ({ message }) => {
      log.error(message);
      // A worker whose script can't run says nothing else, and goes on without it.
      if (!this.begun) this.kill(message);
    });
    this.transports = {
      reader: new EndingReader(this.worker),
      writer: new BrowserMessageWriter(this.worker),
    };
  }

  ping(): void {
    if (!this.over) this.worker.postMessage({ jsonrpc: '2.0', method: pingNotification });
  }

  kill(how: string): void {
    this.worker.terminate();
    if (this.over) return;
    this.over = true;
    this.listener.ended(how);
  }

  close(): void {
    this.transports.reader.end();
  }
}
