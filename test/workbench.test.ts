import { readdirSync, statSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { hashPassword } from '../src/identity/password.ts';
import { publish } from './support/acts.ts';
import { keptIn, openBrowser, openPage } from './support/browser.ts';
import { insertAccount } from './support/inserts.ts';
import { testHub } from './support/test-hub.ts';
import { until } from './support/until.ts';
import { buildWorld } from './support/world.ts';

/** The page at `/`, in a real browser. */
const hub = await testHub();
const world = await buildWorld(hub);
const browser = await openBrowser();

const EMAIL = 'bidan@sinergi.test';
const PASSWORD = 'sawah hijau di kaki gunung';
await insertAccount(hub.database, {
  email: EMAIL,
  roles: ['AUDITOR'],
  passwordHash: await hashPassword(PASSWORD),
});

const MAX_PAGE_BYTES = 400_000;

async function signIn(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Masuk · Sign in' }).click();
  await page.getByLabel('Surel · E-mail').fill(EMAIL);
  await page.getByLabel('Kata sandi · Password').fill(PASSWORD);
  await page.getByRole('dialog').getByRole('button', { name: 'Masuk · Sign in' }).click();
  await page.getByRole('button', { name: 'Keluar · Sign out' }).waitFor();
}

async function type(page: Page, editor: string, text: string): Promise<void> {
  await page.getByRole('textbox', { name: editor }).click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(text);
}

const DOCUMENT = 'Operasi GraphQL · GraphQL operation';
const VARIABLES = 'Variabel, JSON · Variables, JSON';
const answered = (page: Page, text: string) => page.locator('.result').getByText(text).first().waitFor();
const stored = (page: Page, text: string) =>
  until(async () => (await keptIn(page)).includes(text), `“${text}” in the page's storage`);
const run = (page: Page) => page.getByRole('button', { name: 'Jalankan · Run' }).click();

test('somebody signs in, asks, hears a live event, and the page complains of nothing and asks nobody else', async () => {
  const { page, complaints } = await openPage(browser, hub.url);
  await signIn(page);
  await type(
    page,
    DOCUMENT,
    'query Me($first: Int!) { viewer { name } needs(first: $first) { totalCount } }',
  );
  await type(page, VARIABLES, '{ "first": 1 }');
  await run(page);
  await answered(page, 'totalCount');
  await type(page, VARIABLES, '');
  await type(page, DOCUMENT, 'subscription Live { pledgeFeed { kind } }');
  await run(page);
  await page.getByText('Menyimak · Listening: 0').waitFor();
  await hub.feedsOpen(1);
  await publish(world.as.kader, { villageId: world.villages.cimarga.id });
  await answered(page, 'NEED_PUBLISHED');
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('signing out ends the session at the hub, and nothing stays in the browser of who was there and what was typed', async () => {
  const { page } = await openPage(browser, hub.url);
  await signIn(page);
  await type(
    page,
    DOCUMENT,
    'mutation { signIn(input: { email: "a@b", password: "rahasia sekali" }) { token } }',
  );
  await stored(page, 'rahasia sekali');
  const session = await page.evaluate<string>(`sessionStorage.getItem('sinergi.session')`);
  const { token } = JSON.parse(session) as { token: string };
  expect(await keptIn(page)).toContain(token);
  const ended = page.waitForResponse(
    (response) => response.request().postData()?.includes('signOut') === true,
  );
  await page.getByRole('button', { name: 'Keluar · Sign out' }).click();
  await (await ended).finished();
  const kept = await keptIn(page);
  for (const secret of [token, 'rahasia', EMAIL, PASSWORD]) expect(kept).not.toContain(secret);
  expect(await page.content()).not.toContain('rahasia');
  const asked = await fetch(`${hub.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ viewer { name } }' }),
  });
  expect(await asked.text()).toContain('UNAUTHENTICATED');
  await page.context().close();
});

test('what was typed survives a reload, and ends with the tab of the browser', async () => {
  const { page } = await openPage(browser, hub.url);
  await type(page, DOCUMENT, 'query Mine { clusters { code } }');
  await stored(page, 'Mine');
  await page.reload();
  await page.getByRole('button', { name: 'Mine', exact: true }).waitFor();
  const other = await page.context().newPage();
  await other.goto(hub.url);
  await other.getByRole('button', { name: 'Clusters', exact: true }).waitFor();
  expect(await other.content()).not.toContain('Mine');
  await page.context().close();
});

test('the schema is found by the names of its fields, and shown with its descriptions', async () => {
  const { page, complaints } = await openPage(browser, hub.url);
  await page.getByRole('button', { name: 'Skema · Docs' }).click();
  await page.getByLabel('Cari dalam skema · Search the schema').fill('claimNeed');
  await page.getByRole('button', { name: 'Mutation.claimNeed', exact: true }).click();
  await page.getByRole('heading', { name: 'Mutation.claimNeed' }).waitFor();
  await page.getByRole('button', { name: 'ClaimNeedInput', exact: true }).click();
  await page.getByRole('heading', { name: 'ClaimNeedInput' }).waitFor();
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('what a browser has to load of the page is at most 400 kB, compressed', () => {
  const folder = 'dist/workbench';
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.br'),
  );
  const bytes = files.reduce((sum, file) => sum + statSync(`${folder}/${file}`).size, 0);
  expect(files.length).toBeGreaterThanOrEqual(3);
  expect(bytes).toBeLessThanOrEqual(MAX_PAGE_BYTES);
});
