import { RequestError } from '../../kernel/problems.ts';

/**
 * What the subscriptions that are open on this node could cost at one event, by owner. Other than an allowance it is
 * never forgotten while something is open; the number of connections bounds it.
 */
export class OpenFields {
  private readonly max: number;
  private readonly byOwner = new Map<string, number>();

  constructor(max: number) {
    this.max = max;
  }

  /** Counts them until the answer is called; throws TOO_MANY_OPERATIONS when they are more than may be open. */
  open(owner: string, fields: number): () => void {
    const { max } = this;
    const counted = this.of(owner) + fields;
    if (counted > max) {
      throw new RequestError(
        'TOO_MANY_OPERATIONS',
        { key: 'rate.too-much-open', params: { counted, max } },
        { limit: 'openFieldsPerAccount', counted, max },
      );
    }
    this.byOwner.set(owner, counted);
    let isOpen = true;
    return () => {
      if (isOpen) this.close(owner, fields);
      isOpen = false;
    };
  }

  private of(owner: string): number {
    return this.byOwner.get(owner) ?? 0;
  }

  private close(owner: string, fields: number): void {
    const left = this.of(owner) - fields;
    if (left === 0) this.byOwner.delete(owner);
    else this.byOwner.set(owner, left);
  }
}
