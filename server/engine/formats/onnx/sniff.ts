/** Files that are something else, told by their first bytes. Sources: the formats' own documents. */
const signatures: readonly (readonly [code: string, at: number, bytes: readonly number[], kind?: string])[] =
  [
    ['format.gzip', 0, [0x1f, 0x8b]],
    ['format.zip', 0, [0x50, 0x4b, 0x03, 0x04]],
    ['format.zip', 0, [0x50, 0x4b, 0x05, 0x06]],
    ['format.other-format', 0, [0x28, 0xb5, 0x2f, 0xfd], 'Zstandard'],
    ['format.other-format', 0, [0x42, 0x5a, 0x68], 'bzip2'],
    ['format.other-format', 0, [0xfd, 0x37, 0x7a, 0x58, 0x5a], 'xz'],
    ['format.other-format', 0, [0x37, 0x7a, 0xbc, 0xaf], '7-Zip'],
    ['format.other-format', 0, [0x89, 0x48, 0x44, 0x46], 'HDF5'],
    ['format.other-format', 0, [0x47, 0x47, 0x55, 0x46], 'GGUF'],
    ['format.other-format', 0, [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], 'NumPy'],
    ['format.other-format', 0, [0x89, 0x50, 0x4e, 0x47], 'PNG'],
    ['format.other-format', 0, [0x25, 0x50, 0x44, 0x46], 'PDF'],
    ['format.other-format', 0, [0x7f, 0x45, 0x4c, 0x46], 'ELF'],
    ['format.other-format', 4, [0x54, 0x46, 0x4c, 0x33], 'TensorFlow Lite'],
    ['format.other-format', 4, [0x4f, 0x52, 0x54, 0x4d], 'ONNX Runtime (ORT)'],
    ['format.other-format', 8, [0x7b, 0x22], 'safetensors'],
  ];

export interface Verdict {
  readonly code: string;
  readonly args: Readonly<Record<string, string | number>>;
}

/** What the file is, if its beginning shows that it is no ONNX model; null if it may be one. */
export function sniff(head: Uint8Array, size: number): Verdict | null {
  if (size === 0) return { code: 'format.empty', args: {} };
  if (head.every((byte) => byte === 0)) return { code: 'format.zeros', args: { size } };
  for (const [code, at, bytes, kind] of signatures) {
    if (bytes.every((byte, i) => head[at + i] === byte)) return { code, args: kind ? { kind } : {} };
  }
  if (!isText(head)) return null;
  const text = new TextDecoder().decode(head).trimStart().toLowerCase();
  if (text.startsWith('version https://git-lfs')) return { code: 'format.lfs-pointer', args: {} };
  if (/^<(!doctype|html|head|\?xml)/.test(text)) return { code: 'format.html', args: {} };
  if (/^(#[^\n]*\n\s*)*</.test(text) && text.includes('ir_version'))
    return { code: 'format.onnx-text', args: {} };
  // The other two ways to write a protobuf message as text.
  if (text.startsWith('{') && text.includes('"irversion"'))
    return { code: 'format.other-format', args: { kind: 'JSON' } };
  if (/^ir_version\s*:/.test(text)) return { code: 'format.other-format', args: { kind: 'protobuf text' } };
  return { code: 'format.text', args: {} };
}

/** No control characters but tab, line feed, form feed and carriage return: protobuf needs some within a few bytes. */
function isText(head: Uint8Array): boolean {
  return (
    head.length >= 8 &&
    head.every((byte) => byte >= 0x20 || byte === 9 || byte === 10 || byte === 12 || byte === 13)
  );
}
