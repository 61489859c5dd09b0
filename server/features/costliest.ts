/** The few items with the most seconds; of equal ones the earlier. */
export class Costliest {
  private readonly items: { readonly index: number; readonly seconds: number }[] = [];

  constructor(private readonly limit: number) {}

  add(index: number, seconds: number): void {
    const { items, limit } = this;
    if (items.length === limit && seconds <= items[limit - 1]!.seconds) return;
    let at = items.length;
    while (at > 0 && items[at - 1]!.seconds < seconds) at--;
    items.splice(at, 0, { index, seconds });
    items.length = Math.min(items.length, limit);
  }

  list(): number[] {
    return this.items.map(({ index }) => index);
  }
}
