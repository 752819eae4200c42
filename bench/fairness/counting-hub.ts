import { Allowance } from '../../src/platform/allowances.ts';

/** The hub, which answers its parent's messages by how many fields were taken from all allowances so far. */
let taken = 0;

for (const name of ['take', 'charge'] as const) {
  const own = Allowance.prototype[name];
  Allowance.prototype[name] = function watched(this: Allowance, fields: number): void {
    own.call(this, fields);
    taken += fields;
  };
}
process.on('message', () => process.send?.(taken));
await import('../../src/main.js');
