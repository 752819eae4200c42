/** JSON, or the promise of it. */
export type Text = string | Promise<string>;

export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    ((typeof value === 'object' && value !== null) || typeof value === 'function') &&
    typeof (value as { then?: unknown }).then === 'function'
  );
}

/** JSON put together from parts, some of which may come later: as long as none does, nothing waits. */
export class Writing {
  /** What follows the last part that comes later. */
  private text = '';
  /** The parts that come later, and what stands before each. */
  private later: Promise<string>[] | null = null;
  private before: string[] | null = null;
  private failure: { error: unknown } | null = null;

  /** A part, and what stands before it. */
  add(before: string, part: Text): void {
    if (typeof part === 'string') {
      this.text += before + part;
      return;
    }
    (this.later ??= []).push(part);
    (this.before ??= []).push(this.text + before);
    this.text = '';
  }

  /** In place of a part. The parts after it are made all the same, so that somebody hears what rejects among them. */
  fail(error: unknown): void {
    this.failure ??= { error };
  }

  /** Throws the first error of a part. */
  end(after: string): Text {
    const { before, later, failure } = this;
    const text = this.text + after;
    if (failure !== null) {
      if (later !== null) void Promise.allSettled(later);
      throw failure.error;
    }
    if (later === null) return text;
    return Promise.all(later).then(
      (parts) => parts.map((part, index) => before![index]! + part).join('') + text,
    );
  }
}
