import DataLoader from 'dataloader';

/** Answers many keys with one statement, in the order of the keys. */
export type BatchFunction<K, V> = (keys: readonly K[]) => Promise<readonly V[]>;

const MAX_BATCH = 1000;

/**
 * The loaders of one operation (or one event): each batch function gets one DataLoader, so that any number of
 * fields asking for the same kind of thing cost one statement. Keys that are objects are told apart by their JSON.
 */
export class Batches {
  private readonly loaders = new Map<unknown, unknown>();

  load<K, V>(batch: BatchFunction<K, V>, key: K): Promise<V> {
    let loader = this.loaders.get(batch) as DataLoader<K, V, string> | undefined;
    if (loader === undefined) {
      loader = new DataLoader<K, V, string>(batch, {
        maxBatchSize: MAX_BATCH,
        cacheKeyFn: (one) => (typeof one === 'string' ? one : JSON.stringify(one)),
      });
      this.loaders.set(batch, loader);
    }
    return loader.load(key);
  }
}

/**
 * Joins what is asked for in one turn of the event loop into one batch, whoever asks. Nothing is remembered: each answer
 * is read after it was asked for.
 */
export function joined<K, V>(batch: BatchFunction<K, V>): (key: K) => Promise<V> {
  const loader = new DataLoader<K, V>(batch, {
    cache: false,
    maxBatchSize: MAX_BATCH,
    batchScheduleFn: (run) => setImmediate(run),
  });
  return (key) => loader.load(key);
}
