/**
 * One field of a protobuf message as a cursor stands on it: kept in one object, so that reading a field costs none.
 * Places count from where the bytes lie in the file.
 */
export class Field {
  number = 0;
  /** 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  wire = 0;
  at = 0;
  /** Where the value begins and where the next field does; beyond the end for a field that is cut short. */
  body = 0;
  next = 0;

  /** Bytes of the value. */
  get length(): number {
    return this.next - this.body;
  }

  /**
   * Reads tag and length; false when they are not well-formed or do not end before `end`.
   * @param at, end positions in `bytes`
   * @param start where in the file the bytes lie
   */
  read(bytes: Uint8Array, at: number, end: number, start = 0): boolean {
    this.at = at + start;
    let tag = 0;
    let scale = 1;
    for (;;) {
      if (at >= end || scale > 0x1000_0000) return false;
      const byte = bytes[at++]!;
      tag += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 0x80;
    }
    this.wire = tag & 7;
    this.number = Math.floor(tag / 8);
    this.body = at + start;
    if (this.number === 0) return false;
    switch (this.wire) {
      case 0: {
        const from = at;
        while (at < end && bytes[at]! >= 0x80) at++;
        if (at >= end || at - from >= 10) return false;
        this.next = at + 1 + start;
        return true;
      }
      case 1:
        this.next = this.body + 8;
        return true;
      case 2: {
        let length = 0;
        for (scale = 1; ; scale *= 0x80) {
          if (at >= end || scale > 2 ** 63) return false;
          const byte = bytes[at++]!;
          length += (byte & 0x7f) * scale;
          if (byte < 0x80) break;
        }
        this.body = at + start;
        this.next = this.body + length;
        return true;
      }
      case 5:
        this.next = this.body + 4;
        return true;
      default:
        return false;
    }
  }
}
