// Loaded with --import before a hub: its clock is wrong by CLOCK_SHIFT_MS until SIGUSR2 sets it right.
let shiftMs = Number(process.env['CLOCK_SHIFT_MS']);
process.on('SIGUSR2', () => (shiftMs = 0));

const { now } = Date;
const shiftedNow = (): number => now() + shiftMs;

globalThis.Date = new Proxy(Date, {
  construct: (target, given: unknown[], newTarget) =>
    Reflect.construct(target, given.length === 0 ? [shiftedNow()] : given, newTarget) as Date,
  get: (target, key, receiver) =>
    key === 'now' ? shiftedNow : (Reflect.get(target, key, receiver) as unknown),
});
