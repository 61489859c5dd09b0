import { createServer } from 'node:http';

/** A stand-in for object storage: keeps what is put, by path, and knows nothing of who asks. */
export interface ObjectServer {
  readonly url: string;
  readonly objects: ReadonlyMap<string, Buffer>;
  /** How often something was asked for, by method. */
  readonly asked: ReadonlyMap<string, number>;
  end(): Promise<void>;
}

export async function objectServer(): Promise<ObjectServer> {
  const objects = new Map<string, Buffer>();
  const asked = new Map<string, number>();
  const server = createServer((request, response) => {
    const { method = '' } = request;
    const path = new URL(request.url ?? '', 'http://host').pathname;
    asked.set(method, (asked.get(method) ?? 0) + 1);
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      if (method === 'PUT') {
        objects.set(path, Buffer.concat(pieces));
        return void response.writeHead(200, { etag: '"x"' }).end();
      }
      const object = objects.get(path);
      if (!object) {
        const error = '<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>';
        return void response
          .writeHead(404, { 'content-type': 'application/xml' })
          .end(method === 'HEAD' ? '' : error);
      }
      response.writeHead(200, { 'content-length': object.length }).end(method === 'HEAD' ? '' : object);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    objects,
    asked,
    end: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
