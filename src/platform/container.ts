/** Finds the one instance of a class that the composition root made. */
export interface Container {
  get<T>(type: new (...args: never[]) => T): T;
}

/** A container over instances, each found by its own class. */
export function containerOf(instances: readonly object[]): Container {
  const byClass = new Map<unknown, object>(instances.map((instance) => [instance.constructor, instance]));
  return {
    get<T>(type: new (...args: never[]) => T): T {
      const instance = byClass.get(type);
      if (instance === undefined) throw new Error(`nothing was composed for ${type.name}`);
      return instance as T;
    },
  };
}
