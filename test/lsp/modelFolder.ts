import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { TestClient } from './client';

/** Model files in a folder of their own, and a client for each test of a file of tests; both are gone afterwards. */
export class ModelFolder {
  private path = '';
  private client: TestClient | undefined;

  constructor(prefix: string) {
    beforeAll(async () => {
      this.path = await mkdtemp(join(tmpdir(), prefix));
    });
    afterAll(() => rm(this.path, { recursive: true }));
    afterEach(() => this.client?.stop());
  }

  /** A client with a server in the same process. */
  async start(options: Parameters<typeof TestClient.inProcess>[0] = {}): Promise<TestClient> {
    return (this.client = await TestClient.inProcess(options));
  }

  /** Writes a file, in a folder of its own where the name says so, and gives its address. */
  async written(name: string, content: string | Uint8Array): Promise<string> {
    const path = join(this.path, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    return pathToFileURL(path).toString();
  }
}
