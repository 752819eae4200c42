interface Group {
  readonly size: number;
}

/** The groups of readers on this node, by the key of their execution; one without readers is forgotten. */
export class Groups<G extends Group> {
  private readonly groups = new Map<string, G>();

  get groupCount(): number {
    return this.groups.size;
  }

  get readerCount(): number {
    let count = 0;
    for (const { size } of this.groups.values()) count += size;
    return count;
  }

  /** The group of that key, made when there is none; its first reader must join at once. */
  of(key: string, make: () => G): G {
    let group = this.groups.get(key);
    if (group === undefined) {
      group = make();
      this.groups.set(key, group);
    }
    return group;
  }

  all(): G[] {
    return [...this.groups.values()];
  }

  /** Forgets all, and answers them: who comes from now on joins others. */
  clear(): G[] {
    const all = this.all();
    this.groups.clear();
    return all;
  }

  /** To be called after a reader has left the group. */
  left(key: string, group: G): void {
    if (group.size === 0 && this.groups.get(key) === group) this.groups.delete(key);
  }
}
