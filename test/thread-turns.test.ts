// The hub's thread is lent in turns where one owner would hold it.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { ThreadTurns } from '../src/platform/thread-turns.ts';

test('an owner begins at once until its share of the turn is used up, and again in the next', () => {
  const turns = new ThreadTurns();
  turns.worked('one', 1.9);
  expect(turns.next('one')).toBeNull();
  turns.worked('one', 0.2);
  expect(turns.next('one')).not.toBeNull();
  expect(turns.next('other')).toBeNull();
});

test('a new turn of the event loop is a new share', () => {
  const turns = new ThreadTurns();
  turns.worked('one', 50);
  turns.over();
  expect(turns.next('one')).toBeNull();
});

test('those who wait begin one an owner in each turn, in their order, and others’ work comes between', async () => {
  const turns = new ThreadTurns();
  const begun: string[] = [];
  const begin = async (owner: string, name: string) => {
    await turns.next(owner);
    begun.push(name);
    turns.worked(owner, 10);
  };
  turns.worked('one', 10);
  turns.worked('two', 10);
  const all = [begin('one', 'a1'), begin('one', 'a2'), begin('one', 'a3'), begin('two', 'b1')];
  await nextTurn();
  expect(begun).toEqual(['a1', 'b1']);
  // Who has waited before does not let the next one pass, though the turn is new.
  turns.over();
  all.push(begin('one', 'a4'));
  await Promise.all(all);
  expect(begun).toEqual(['a1', 'b1', 'a2', 'a3', 'a4']);
});
