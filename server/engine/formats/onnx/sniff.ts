import { problem } from '../../problem';
import type { ArgsOf, PlainCode, Problem, ProblemCode } from '../../problem';
import { modelSchema } from './schema';

/**
 * Whether a file begins as an ONNX model does: with its IR version, one byte long, and another field of a model. Protobuf
 * has no magic number, so a model may begin otherwise.
 */
export function isLikelyOnnx(head: Uint8Array): boolean {
  const [first = 0, version = 0, next = 0] = head;
  return (
    first === 0x08 && version > 0 && version < 0x80 && modelSchema.fields[next >> 3]?.wire === (next & 7)
  );
}

/**
 * Files that are something else, told by their first bytes. Sources: the formats' own documents. Those that models come
 * in have a message of their own with the way to ONNX; others are named.
 */
const signatures: readonly (
  | readonly [code: PlainCode, at: number, bytes: readonly number[]]
  | readonly [code: 'format.other-format', at: number, bytes: readonly number[], kind: string]
)[] = [
  ['format.gzip', 0, [0x1f, 0x8b]],
  ['format.zip', 0, [0x50, 0x4b, 0x03, 0x04]],
  ['format.zip', 0, [0x50, 0x4b, 0x05, 0x06]],
  ['format.other-format', 0, [0x28, 0xb5, 0x2f, 0xfd], 'Zstandard'],
  ['format.other-format', 0, [0x42, 0x5a, 0x68], 'bzip2'],
  ['format.other-format', 0, [0xfd, 0x37, 0x7a, 0x58, 0x5a], 'xz'],
  ['format.other-format', 0, [0x37, 0x7a, 0xbc, 0xaf], '7-Zip'],
  ['format.hdf5', 0, [0x89, 0x48, 0x44, 0x46]],
  ['format.other-format', 0, [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], 'NumPy'],
  ['format.other-format', 0, [0x89, 0x50, 0x4e, 0x47], 'PNG'],
  ['format.other-format', 0, [0x25, 0x50, 0x44, 0x46], 'PDF'],
  ['format.other-format', 0, [0x7f, 0x45, 0x4c, 0x46], 'ELF'],
  // Pickle protocols 2 to 5. As protobuf they would begin with field 32 and more, which no model has.
  ['format.pickle', 0, [0x80, 0x02]],
  ['format.pickle', 0, [0x80, 0x03]],
  ['format.pickle', 0, [0x80, 0x04]],
  ['format.pickle', 0, [0x80, 0x05]],
  // The header's length takes 8 bytes, and no header fills more than five of them.
  ['format.safetensors', 5, [0, 0, 0, 0x7b, 0x22]],
];

/** What a zip archive is, by the name of its first entry: PyTorch and NumPy have fixed ones. */
const archives: readonly (
  | readonly [code: PlainCode, entry: RegExp]
  | readonly [code: 'format.other-format', entry: RegExp, kind: string]
)[] = [
  ['format.pytorch', /(^|\/)((data\.pkl|archive_format|\.format_version|byteorder|version)$|\.data\/)/],
  ['format.other-format', /\.npy$/, 'NumPy'],
];

function told<C extends ProblemCode>(code: C, args: ArgsOf<C>): Problem {
  return problem('error', code, args, { offset: 0 });
}

/** Whether a file that begins so is a Git LFS pointer that stands in for another. */
export function isLfsPointer(head: Uint8Array): boolean {
  return isText(head) && isPointerText(new TextDecoder().decode(head).trimStart().toLowerCase());
}

function isPointerText(text: string): boolean {
  return text.startsWith('version https://git-lfs');
}

/** What the file is, if its beginning shows that it is no ONNX model; null if it may be one. */
export function sniff(head: Uint8Array, size: number): Problem | null {
  if (size === 0) return told('format.empty', {});
  if (head.every((byte) => byte === 0)) return told('format.zeros', { size });
  for (const [code, at, bytes, kind] of signatures) {
    if (!bytes.every((byte, i) => head[at + i] === byte)) continue;
    if (code === 'format.zip') return archive(head);
    return code === 'format.other-format' ? told(code, { kind }) : told(code, {});
  }
  if (!isText(head)) return null;
  const text = new TextDecoder().decode(head).trimStart().toLowerCase();
  if (isPointerText(text)) return told('format.lfs-pointer', {});
  if (text.startsWith('<?xml') && /<net\s/.test(text))
    return told('format.other-format', { kind: 'OpenVINO' });
  if (/^<(!doctype|html|head|\?xml)/.test(text)) return told('format.html', {});
  if (/^(#[^\n]*\n\s*)*</.test(text) && text.includes('ir_version')) return told('format.onnx-text', {});
  // The other two ways to write a protobuf message as text.
  if (/^ir_version\s*:/.test(text)) return told('format.onnx-as', { format: 'textproto' });
  if (/^[{[]/.test(text))
    return text.includes('"irversion"')
      ? told('format.onnx-as', { format: 'json' })
      : told('format.json', {});
  return told('format.text', {});
}

/** The kind of a zip archive; its first entry's name stands behind a head of 30 bytes. */
function archive(head: Uint8Array): Problem {
  const length = (head[26] ?? 0) + (head[27] ?? 0) * 256;
  const entry = new TextDecoder().decode(head.subarray(30, 30 + length));
  const found = archives.find(([, name]) => name.test(entry));
  return found
    ? found.length === 3
      ? told(found[0], { kind: found[2] })
      : told(found[0], {})
    : told('format.zip', {});
}

/**
 * No control characters but tab, line feed, form feed and carriage return: protobuf needs some within a few bytes. Fewer
 * than eight bytes can be the beginning of a model without any, unless they begin as no field of a model does.
 */
function isText(head: Uint8Array): boolean {
  const isLong = head.length >= 8 || /^[{["<#]/.test(String.fromCharCode(head[0] ?? 0));
  return (
    isLong && head.every((byte) => byte >= 0x20 || byte === 9 || byte === 10 || byte === 12 || byte === 13)
  );
}
