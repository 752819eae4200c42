/**
 * Where the random cases of a test file begin. Each run takes another seed and says which; `FC_SEED=… npm test`
 * repeats a run exactly, as far as its cases go.
 */
export const seed = Number(process.env['FC_SEED'] ?? Math.trunc(Math.random() * 2 ** 31));

process.stdout.write(`random cases of seed ${seed}; FC_SEED=${seed} repeats them\n`);
