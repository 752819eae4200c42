// What compressing an answer costs and saves: bytes, and CPU beside that of writing the answer's JSON once.
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { newId } from '../src/platform/ids.ts';

const ROUNDS = 40;
const toBrotli = promisify(brotliCompress);
const toGzip = promisify(gzip);

type Compress = (text: string) => Promise<Buffer>;

const brotli =
  (quality: number): Compress =>
  (text) =>
    toBrotli(text, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: quality,
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      },
    });
const gzipped =
  (level: number): Compress =>
  (text) =>
    toGzip(text, { level });

const ways: [name: string, compress: Compress][] = [
  ...[1, 3, 4, 5, 6, 9, 11].map((quality): [string, Compress] => [`br ${quality}`, brotli(quality)]),
  ...[1, 4, 6, 9].map((level): [string, Compress] => [`gzip ${level}`, gzipped(level)]),
];

/** A board as the typed client asks for it: ids that do not compress, names and figures that do. */
function board(villages: number): object {
  const nodes = Array.from({ length: villages }, (_, index) => ({
    id: newId('village'),
    code: `36.0${index % 8}.${String(index % 40).padStart(2, '0')}.2${String(index).padStart(3, '0')}`,
    name: `Kampung ${['Cimarga', 'Tunjung Teja', 'Rangkasbitung', 'Cibadak'][index % 4]} ${index}`,
    coverage: { needed: 84_000_000 + index * 3_500_000, committed: index * 1_750_000, openNeeds: index % 9 },
    needs: Array.from({ length: 3 }, (__, need) => ({
      id: newId('need'),
      title: ['Jamban sehat', 'Bibit lele', 'Pelatihan kader posyandu'][need],
      status: ['OPEN', 'COVERED', 'FULFILLED'][(index + need) % 3],
      quantity: 24,
      remaining: (index * 7 + need) % 24,
      unitValue: 3_500_000,
    })),
  }));
  return { data: { villages: { nodes, pageInfo: { endCursor: 'dmlsbGFnZXM6MTIz', hasNextPage: true } } } };
}

/** CPU of one call in ms, that of the threads that compress included. */
async function cpuOf(work: () => unknown): Promise<number> {
  await work();
  const before = process.cpuUsage();
  for (let round = 0; round < ROUNDS; round += 1) await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / ROUNDS;
}

console.log('| answer | way | bytes | of the whole | CPU, ms | of writing the JSON |');
console.log('|---|---|--:|--:|--:|--:|');
for (const villages of [3, 20, 100]) {
  const answer = board(villages);
  const text = JSON.stringify(answer);
  const written = await cpuOf(() => JSON.stringify(answer));
  console.log(
    `| ${villages} villages | JSON | ${Buffer.byteLength(text)} | 100 % | ${written.toFixed(3)} | 1 |`,
  );
  for (const [name, compress] of ways) {
    const { length } = await compress(text);
    const cpu = await cpuOf(() => compress(text));
    const share = Math.round((100 * length) / Buffer.byteLength(text));
    console.log(
      `| ${villages} villages | ${name} | ${length} | ${share} % | ${cpu.toFixed(3)} | ${(cpu / written).toFixed(1)} |`,
    );
  }
}
