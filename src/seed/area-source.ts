import { open } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { csvFields } from './csv-line.ts';

export type AreaLevel = 'PROVINCE' | 'REGENCY' | 'DISTRICT' | 'VILLAGE';

/**
 * One place of the official tree; codes as the Ministry of Home Affairs writes them: 36, 36.02, 36.02.11,
 * 36.02.11.2005.
 */
export interface AreaRecord {
  code: string;
  name: string;
  level: AreaLevel;
  /** Null for a province only. */
  parentCode: string | null;
}

interface AreaFile {
  level: AreaLevel;
  name: string;
  columns: string;
}

/** In tree order: whoever reads them one after another meets every parent before its children. */
const AREA_FILES: readonly AreaFile[] = [
  { level: 'PROVINCE', name: 'provinces.csv', columns: 'code,name' },
  { level: 'REGENCY', name: 'regencies.csv', columns: 'code,province_code,name' },
  { level: 'DISTRICT', name: 'districts.csv', columns: 'code,regency_code,name' },
  { level: 'VILLAGE', name: 'villages.csv', columns: 'code,district_code,name' },
];

const BATCH_SIZE = 1_000;

/**
 * The official areas of one province, or of the whole country (about 91,600 areas, 83,762 of them
 * villages), in batches of at most 1,000, parents before children. Source: the npm package idn-area-data,
 * whose data is under the ODbL 1.0.
 *
 * The package's own functions parse a whole file into one array; this reads line by line instead, so memory
 * is bounded by a batch. That is enough because no record of these files runs over a line end.
 *
 * @throws Error when the province is unknown (it names the known ones) or a file is not what it was.
 */
export async function* readAreas(options: { province?: string }): AsyncGenerator<AreaRecord[]> {
  const { province } = options;
  if (province !== undefined) await assertProvinceKnown(province);
  let batch: AreaRecord[] = [];
  for (const file of AREA_FILES) {
    for await (const area of readAreaFile(file)) {
      if (province !== undefined && area.code !== province && !area.code.startsWith(`${province}.`)) continue;
      batch.push(area);
      if (batch.length === BATCH_SIZE) {
        yield batch;
        batch = [];
      }
    }
  }
  if (batch.length > 0) yield batch;
}

async function assertProvinceKnown(province: string): Promise<void> {
  const known: AreaRecord[] = [];
  for await (const area of readAreaFile(AREA_FILES[0] as AreaFile)) known.push(area);
  if (known.some((area) => area.code === province)) return;
  const names = known.map((area) => `${area.code} ${area.name}`).join(', ');
  throw new Error(`unknown province ${JSON.stringify(province)}; known are: ${names}`);
}

async function* readAreaFile(file: AreaFile): AsyncGenerator<AreaRecord> {
  const handle = await open(join(dataFolder(), file.name));
  try {
    let lineNumber = 0;
    for await (const line of handle.readLines({ encoding: 'utf8' })) {
      lineNumber += 1;
      if (lineNumber > 1) yield areaOf(line, file, lineNumber);
      else if (line !== file.columns) {
        throw new Error(`${file.name}: expected the columns ${file.columns}, found ${line}`);
      }
    }
  } finally {
    await handle.close();
  }
}

function areaOf(line: string, file: AreaFile, lineNumber: number): AreaRecord {
  const fields = csvFields(line);
  const code = fields[0];
  const name = fields.at(-1);
  const parentCode = file.level === 'PROVINCE' ? null : fields[1];
  // A code starts with its parent's code; readAreas filters by that.
  const fits = parentCode === null || (parentCode !== undefined && code?.startsWith(`${parentCode}.`));
  if (
    fields.length !== file.columns.split(',').length ||
    !code ||
    !name ||
    parentCode === undefined ||
    !fits
  ) {
    throw new Error(`${file.name}, line ${lineNumber}: not an area: ${line}`);
  }
  return { code, name, level: file.level, parentCode };
}

function dataFolder(): string {
  const manifest = createRequire(import.meta.url).resolve('idn-area-data/package.json');
  return join(dirname(manifest), 'data');
}
