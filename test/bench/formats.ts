/**
 * Reading and printing at size: 24,000 and 100,000 nodes, and a 1.2 GB file with embedded weights.
 * Run: npx esbuild test/bench/formats.ts --bundle --platform=node --outfile=dist/bench-formats.js && node --expose-gc dist/bench-formats.js
 */
import { closeSync, ftruncateSync, openSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOnnx } from '../../server/engine/formats/onnx/read';
import { printListing } from '../../server/engine/formats/onnxText/print';
import { memorySource } from '../../server/engine/graph/byteSource';
import type { ByteSource } from '../../server/engine/graph/byteSource';
import { uninterrupted } from '../../server/engine/scheduler';
import { bytes, int, part, text, varint } from '../unit/formats/wire';

/** Blocks of MatMul, Add, LayerNormalization, Relu as an exporter names them, an initializer for every fourth node. */
function chain(count: number): Uint8Array {
  const pieces: number[][] = [];
  const value = (i: number): string =>
    `/encoder/layer.${Math.floor(i / 12)}/block.${i % 12}/Op_${i}_output_0`;
  for (let i = 0; i < count; i++) {
    const kind = ['MatMul', 'Add', 'LayerNormalization', 'Relu'][i % 4]!;
    const weight = i % 4 === 0 ? [text(1, `encoder.layer.${i}.weight`)] : [];
    const axis = i % 4 === 2 ? [part(5, text(1, 'axis'), int(3, -1n), int(20, 2))] : [];
    const name = text(3, `/encoder/layer.${Math.floor(i / 12)}/${kind}_${i}`);
    pieces.push(part(1, text(1, value(i)), ...weight, text(2, value(i + 1)), name, text(4, kind), ...axis));
  }
  pieces.push(text(2, 'main_graph'));
  for (let i = 0; i < count; i += 4) {
    pieces.push(
      part(
        5,
        int(1, 2),
        int(1, 2),
        int(2, 1),
        text(8, `encoder.layer.${i}.weight`),
        bytes(9, new Array<number>(16).fill(1)),
      ),
    );
  }
  const type = part(2, part(1, int(1, 1), part(2, part(1, text(2, 'batch')), part(1, int(1, 768)))));
  pieces.push(part(11, text(1, value(0)), type), part(12, text(1, value(count)), type));
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const graph = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    graph.set(piece, at);
    at += piece.length;
  }
  const head = [...int(1, 9), ...varint(7 * 8 + 2), ...varint(length)];
  const tail = part(8, text(1, ''), int(2, 17));
  const model = new Uint8Array(head.length + length + tail.length);
  model.set(head);
  model.set(graph, head.length);
  model.set(tail, head.length + length);
  return model;
}

/** A file of 288 nodes and 145 tensors of 8 MiB, whose weights are holes: they take no disk. */
function heavyFile(path: string): void {
  const tensors = 145;
  const weight = 8 * 1024 * 1024;
  const nodes = Array.from({ length: 288 }, (_, i) =>
    part(
      1,
      text(1, `v${i}`),
      text(1, `w${i % tensors}`),
      text(2, `v${i + 1}`),
      text(4, i % 2 ? 'Add' : 'MatMul'),
    ),
  ).flat();
  const heads = Array.from({ length: tensors }, (_, i) => {
    const head = [
      ...int(1, 2048),
      ...int(1, 1024),
      ...int(2, 1),
      ...text(8, `w${i}`),
      ...varint(9 * 8 + 2),
      ...varint(weight),
    ];
    return [...varint(5 * 8 + 2), ...varint(head.length + weight), ...head];
  });
  const graphLength = nodes.length + heads.reduce((sum, head) => sum + head.length + weight, 0);
  const file = openSync(path, 'w');
  let at = 0;
  const put = (piece: readonly number[]): void => {
    writeSync(file, Uint8Array.from(piece), 0, piece.length, at);
    at += piece.length;
  };
  put([...int(1, 9), ...varint(7 * 8 + 2), ...varint(graphLength), ...nodes]);
  for (const head of heads) {
    put(head);
    at += weight;
  }
  put(part(8, text(1, ''), int(2, 17)));
  ftruncateSync(file, at);
  closeSync(file);
}

function fileSource(path: string): ByteSource & { readonly close: () => void; bytesRead: number } {
  const file = openSync(path, 'r');
  return {
    size: statSync(path).size,
    bytesRead: 0,
    read(offset, length) {
      const piece = new Uint8Array(length);
      const count = readSync(file, piece, 0, length, offset);
      this.bytesRead += count;
      return Promise.resolve(piece.subarray(0, count));
    },
    close: () => closeSync(file),
  };
}

async function measure(title: string, source: ByteSource): Promise<void> {
  for (let run = 1; run <= 3; run++) {
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    const start = performance.now();
    const { value, problems } = await readOnnx(source, uninterrupted);
    const read = performance.now() - start;
    if (!value || problems.length > 0) throw new Error(JSON.stringify(problems));
    const listing = printListing(value, { fileName: 'bench.onnx', fileSize: source.size });
    const print = performance.now() - start - read;
    const grown = (process.memoryUsage().rss - before) / 1e6;
    globalThis.gc?.();
    const heap = process.memoryUsage().heapUsed / 1e6;
    console.log(
      `${title}, run ${run}: ${value.graph.nodes.length} nodes, ${(source.size / 1e6).toFixed(1)} MB; read ${read.toFixed(0)} ms, ` +
        `print ${print.toFixed(0)} ms (${(listing.text.length / 1e6).toFixed(1)} MB text); resident +${grown.toFixed(0)} MB ` +
        `(${(process.memoryUsage().rss / 1e6).toFixed(0)} MB in all), heap ${heap.toFixed(0)} MB`,
    );
  }
}

async function main(): Promise<void> {
  const path = join(tmpdir(), `siliconlens-bench-${process.pid}.onnx`);
  heavyFile(path);
  const source = fileSource(path);
  try {
    await measure('1.2 GB of weights', source);
    console.log(
      `  read ${(source.bytesRead / 3e6).toFixed(1)} MB of ${(source.size / 1e6).toFixed(0)} MB per run`,
    );
  } finally {
    source.close();
    rmSync(path);
  }
  for (const count of [24_000, 100_000]) await measure(`${count} nodes`, memorySource(chain(count)));
}

void main();
