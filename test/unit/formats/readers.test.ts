import { expect, it } from 'vitest';
import { modelFormats } from '../../../modelFormats/names';
import { readerOf, readers, readModel } from '../../../server/engine/formats';
import { memorySource, type ByteSource } from '../../../server/engine/graph/byteSource';
import { uninterrupted } from '../../../server/engine/scheduler';
import { int, modelOf, text } from './wire';

it('has a reader for each binary format, and no other', () => {
  const binaries = modelFormats.filter(({ isText }) => !isText).map(({ id }) => id);
  expect(readers.map(({ id }) => id).sort()).toEqual([...binaries].sort());
});

it('knows ONNX by its first bytes under any name, and reads what nobody knows as ONNX', () => {
  // onnx.proto: field 1 is ir_version (varint), field 7 the graph (length-delimited).
  expect(readers[0].sniff(Uint8Array.from([0x08, 10, 0x3a, 0]), 'm')).toBe(true);
  for (const head of [
    [],
    [0x08],
    [0x08, 10],
    // No IR version; a second byte of it; field 7 as a varint; a field that no model has.
    [0x08, 0, 0x3a],
    [0x08, 0x8a, 0x01],
    [0x08, 10, 0x38],
    [0x08, 10, 0x7a],
  ])
    expect(readers[0].sniff(Uint8Array.from(head), 'm'), String(head)).toBe(false);
  expect(readerOf(Uint8Array.from([0x08, 10, 0x3a, 0]), 'weights.bin').id).toBe('onnx');
  expect(readerOf(Uint8Array.from([1, 2, 3]), 'weights.bin').id).toBe('onnx');
  expect(readerOf(Uint8Array.from([1, 2, 3]), 'MODEL.ONNX').id).toBe('onnx');
});

it('reads a model and asks for no byte of its head twice', async () => {
  const bytes = Uint8Array.from([...int(1, 8), ...modelOf([text(2, 'g')])]);
  const inner = memorySource(bytes);
  const asked: [number, number][] = [];
  const source: ByteSource = {
    size: inner.size,
    read: (offset, length) => {
      asked.push([offset, length]);
      return inner.read(offset, length);
    },
  };
  const { value } = await readModel(source, 'm.onnx', uninterrupted);
  expect(value?.graph.name).toBe('g');
  expect(value?.origin.format).toBe('onnx');
  expect(asked[0]).toEqual([0, bytes.length]);
  expect(asked).toHaveLength(1);
});
