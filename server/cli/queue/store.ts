import type { S3Client } from '@aws-sdk/client-s3';
import { entryOf } from '../../../outside/table';
import { usage } from '../failure';
import { mostPackBytes } from '../modelPack';
import { withPeers } from '../peers';

/** Models by content in object storage. */
export interface Store {
  /** Keeps a model unless it is there. */
  put(contentHash: string, pack: Uint8Array): Promise<void>;
  get(contentHash: string): Promise<Uint8Array>;
  close(): void;
}

/** Opens `s3://BUCKET/PREFIX`; who may use it, where it is and its region stand in the environment, as AWS's programs read them. */
export async function storeAt(address: string): Promise<Store> {
  const [, bucket, prefix = ''] =
    /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*?))?\/?$/.exec(address) ?? [];
  if (bucket === undefined) throw usage('cli.queue.store', { value: address });
  const { S3Client: Client, ...s3 } = await withPeers(
    ['@aws-sdk/client-s3'],
    '--store',
    () => import('@aws-sdk/client-s3'),
  );
  const isElsewhere = ['AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'].some((name) => entryOf(process.env, name));
  const client: S3Client = new Client({
    // Servers of others seldom have a name of their own for each bucket, or know the newer checksums.
    forcePathStyle: isElsewhere,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const placeOf = (contentHash: string): { Bucket: string; Key: string } => ({
    Bucket: bucket,
    Key: prefix === '' ? contentHash : `${prefix}/${contentHash}`,
  });
  return {
    async put(contentHash, pack) {
      const place = placeOf(contentHash);
      const isThere = await client.send(new s3.HeadObjectCommand(place)).then(
        () => true,
        (error: unknown) => {
          if (error instanceof Error && ['NotFound', 'NoSuchKey'].includes(error.name)) return false;
          throw error;
        },
      );
      if (!isThere) await client.send(new s3.PutObjectCommand({ ...place, Body: pack }));
    },
    async get(contentHash) {
      const { Body: body, ContentLength: length } = await client.send(
        new s3.GetObjectCommand(placeOf(contentHash)),
      );
      if (!body || length === undefined || length > 2 * mostPackBytes)
        throw new Error(`no model ${contentHash}`);
      return body.transformToByteArray();
    },
    close: () => client.destroy(),
  };
}
