/** What owners wait with, served in turns: one thing an owner, and the things of one owner in their order. */
export class Turns<T> {
  /** In the order of their turns. */
  private readonly byOwner = new Map<string, T[]>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  add(owner: string, item: T): void {
    const items = this.byOwner.get(owner);
    if (items === undefined) this.byOwner.set(owner, [item]);
    else items.push(item);
    this.count += 1;
  }

  has(owner: string): boolean {
    return this.byOwner.has(owner);
  }

  /** Whether anybody waits but this owner. */
  hasOthers(owner: string): boolean {
    return this.byOwner.size > (this.has(owner) ? 1 : 0);
  }

  /** Takes the next thing of the first owner who may have a turn; undefined when nobody may. */
  next(mayHave: (owner: string) => boolean = () => true): T | undefined {
    for (const [owner, items] of this.byOwner) {
      if (!mayHave(owner)) continue;
      const item = items.shift()!;
      this.count -= 1;
      this.byOwner.delete(owner);
      if (items.length > 0) this.byOwner.set(owner, items);
      return item;
    }
    return undefined;
  }

  /** Takes back what waits no longer; false when it has had its turn. */
  remove(owner: string, item: T): boolean {
    const items = this.byOwner.get(owner);
    const index = items?.indexOf(item) ?? -1;
    if (items === undefined || index === -1) return false;
    items.splice(index, 1);
    this.count -= 1;
    if (items.length === 0) this.byOwner.delete(owner);
    return true;
  }
}
