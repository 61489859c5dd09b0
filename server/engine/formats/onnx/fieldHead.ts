/** The head of one protobuf field: kept in one object, so that reading a head costs none. */
export class FieldHead {
  field = 0;
  /** 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  wire = 0;
  /** Where the value begins and where the next field does; beyond the end for a field that is cut short. */
  body = 0;
  next = 0;

  /** Reads tag and length at `at`; false when they are not well-formed or do not end before `end`. */
  read(bytes: Uint8Array, at: number, end: number): boolean {
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
    this.field = Math.floor(tag / 8);
    this.body = at;
    if (this.field === 0) return false;
    switch (this.wire) {
      case 0: {
        const start = at;
        while (at < end && bytes[at]! >= 0x80) at++;
        if (at >= end || at - start >= 10) return false;
        this.next = at + 1;
        return true;
      }
      case 1:
        this.next = at + 8;
        return true;
      case 2: {
        let length = 0;
        for (scale = 1; ; scale *= 0x80) {
          if (at >= end || scale > 2 ** 63) return false;
          const byte = bytes[at++]!;
          length += (byte & 0x7f) * scale;
          if (byte < 0x80) break;
        }
        this.body = at;
        this.next = at + length;
        return true;
      }
      case 5:
        this.next = at + 4;
        return true;
      default:
        return false;
    }
  }
}
