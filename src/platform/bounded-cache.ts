interface Entry<T> {
  value: T;
  bytes: number;
}

/** Values by their texts, as many as fit; the longest without use go first. */
export class BoundedCache<T> {
  private readonly maxBytes: number;
  private readonly entries = new Map<string, Entry<T>>();
  private total = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  /** What it holds now. */
  get bytes(): number {
    return this.total;
  }

  get(text: string): T | undefined {
    const entry = this.entries.get(text);
    if (entry === undefined) return undefined;
    this.entries.delete(text);
    this.entries.set(text, entry);
    return entry.value;
  }

  /** Keeps a value that is not kept yet, and takes so many bytes. */
  add(text: string, value: T, bytes: number): void {
    this.entries.set(text, { value, bytes });
    this.total += bytes;
    for (const [oldest, entry] of this.entries) {
      if (this.total <= this.maxBytes) return;
      this.entries.delete(oldest);
      this.total -= entry.bytes;
    }
  }
}
