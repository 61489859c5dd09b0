import { type ChildProcess, fork } from 'node:child_process';
import { createInterface } from 'node:readline';
import { IPCMessageReader, IPCMessageWriter } from 'vscode-languageserver-protocol/node';
import { pingNotification } from '../../server/protocol';
import { hear, type ServerLink, type ServerListener, type ServerLog } from '../server/link';

/** After the process is gone its last messages may still be on their way (milliseconds). */
const lastWords = 300;

/** A connection's reader that can be told that nothing more will come. */
class EndingReader extends IPCMessageReader {
  end(): void {
    this.fireClose();
  }
}

/** A server in a process of its own. */
export class ServerProcess implements ServerLink {
  readonly child: ChildProcess;
  readonly transports: { readonly reader: EndingReader; readonly writer: IPCMessageWriter };
  readonly parent = process.pid;
  private over = false;

  constructor(
    module: string,
    execArgv: readonly string[],
    private readonly log: ServerLog,
    private readonly listener: ServerListener,
  ) {
    this.child = fork(module, ['--node-ipc', `--clientProcessId=${process.pid}`], {
      execArgv: [...execArgv],
      silent: true,
      // Inside the editor's own program, which is no Node unless told so.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1', ELECTRON_NO_ASAR: '1' },
    });
    const { stdout, stderr } = this.child;
    if (stdout) createInterface({ input: stdout }).on('line', (line) => log.info(line));
    if (stderr) createInterface({ input: stderr }).on('line', (line) => log.error(line));
    this.child.on('message', (message: unknown) => {
      if (!this.over) hear(message, listener);
    });
    this.child.on('error', (error) => {
      // Without a process there was none to end; other errors are those of single messages.
      if (this.child.pid === undefined) this.end(String(error));
    });
    this.child.on('exit', (code, signal) => this.gone(signal ?? `code ${code}`));
    this.transports = { reader: new EndingReader(this.child), writer: new IPCMessageWriter(this.child) };
  }

  ping(): void {
    if (this.over || !this.child.connected) return;
    this.child.send({ jsonrpc: '2.0', method: pingNotification }, (error) => {
      if (error) this.log.error(String(error));
    });
  }

  kill(how: string): void {
    this.child.kill('SIGKILL');
    // A process may outlive its signal for a while, in a system call for example: nobody waits for that.
    this.end(how);
  }

  close(): void {
    this.transports.reader.end();
  }

  private gone(how: string): void {
    if (!this.child.connected) {
      this.end(how);
      return;
    }
    const late = setTimeout(() => this.end(how), lastWords);
    this.child.once('disconnect', () => {
      clearTimeout(late);
      this.end(how);
    });
  }

  private end(how: string): void {
    if (this.over) return;
    this.over = true;
    this.listener.ended(how);
  }
}
