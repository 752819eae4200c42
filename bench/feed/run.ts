import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openGround, tokensOf } from '../ground.ts';
import { measureFanOut } from './fan-out.ts';
import { startHubProcess, startHubServer } from './hub-process.ts';
import { Listening } from './listening.ts';
import { makeModelEvents } from './model-events.ts';
import { type PeerName, startPeer } from './peer-process.ts';

const SIZE = { villages: 310, needsPerVillage: 5, partners: 64, auditors: 500 };
const work = await mkdtemp(join(tmpdir(), 'sinergi-bench-feed-'));
const ground = await openGround(SIZE, { track_commit_timestamp: 'on' });
const listening = new Listening();
try {
  const partners = await tokensOf(1, SIZE.partners);
  const auditors = await tokensOf(1 + SIZE.partners, SIZE.auditors);
  const hub = await startHubProcess(ground);
  const events = await makeModelEvents({ url: hub.url, tokens: partners, needs: 0 }, SIZE);
  await hub.stop();
  const eventsFile = join(work, 'events.json');
  await writeFile(eventsFile, JSON.stringify(events));
  for (const audience of [{ sockets: 200, groups: 1 }, { sockets: 1000, groups: 1 }, { sockets: 5000, groups: 1 }, { sockets: 1000, groups: 310 }]) {
    for (const name of (process.argv[2] ?? 'raw,hub').split(',') as ('hub' | PeerName)[]) {
      const begun = performance.now();
      const server = name === 'hub' ? await startHubServer(ground, auditors) : await startPeer(name, eventsFile);
      console.log('started', (performance.now() - begun) / 1000);
      const result = await measureFanOut(listening, server, audience, { loneSeconds: 1, warmUpSeconds: 0.7, seconds: 2 }).finally(() => server.stop());
      console.log(JSON.stringify(audience), name, JSON.stringify(result), (performance.now() - begun) / 1000);
    }
  }
} finally {
  await listening.stop();
  await ground.stop();
  await rm(work, { recursive: true });
}
