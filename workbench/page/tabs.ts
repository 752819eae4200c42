import { useEffect, useState } from 'react';
import { EXAMPLE_GROUPS } from './examples.ts';
import { load, store } from './storage.ts';
import { WELCOME } from './texts.ts';

/** An operation that is being written, and what it was answered. */
export interface Tab {
  id: number;
  document: string;
  variables: string;
  result: string;
}

interface Tabs {
  all: Tab[];
  current: number;
}

export interface TabActions {
  tab: Tab;
  tabs: Tab[];
  edit: (change: Partial<Omit<Tab, 'id'>>, id?: number) => void;
  /** Opens a document: in the current tab while that holds nothing of the user's, else in a new one. */
  open: (document: string, variables: string) => void;
  add: () => void;
  choose: (id: number) => void;
  close: (id: number) => void;
  /** Forgets all that was typed. */
  clear: () => void;
}

const STORED = 'tabs';
const MAX_TABS = 20;

/** Documents that the page wrote itself: a tab that still holds one may be overwritten. */
const OWN_DOCUMENTS = new Set([
  '',
  WELCOME,
  ...EXAMPLE_GROUPS.flatMap(({ examples }) => examples.map(({ document }) => document)),
]);

const isTabs = (value: unknown): value is Tabs =>
  typeof value === 'object' &&
  value !== null &&
  'all' in value &&
  Array.isArray(value.all) &&
  value.all.length > 0;

const tabOf = (id: number, document: string, variables = ''): Tab => ({
  id,
  document,
  variables,
  result: '',
});
const fresh = (): Tabs => ({ all: [tabOf(1, WELCOME)], current: 1 });
const nextId = (all: readonly Tab[]): number => Math.max(0, ...all.map(({ id }) => id)) + 1;

function opened(tabs: Tabs, document: string, variables: string): Tabs {
  const current = tabs.all.find(({ id }) => id === tabs.current);
  const isFree = current !== undefined && OWN_DOCUMENTS.has(current.document);
  if (isFree || tabs.all.length >= MAX_TABS) {
    const all = tabs.all.map((tab) => (tab.id === tabs.current ? tabOf(tab.id, document, variables) : tab));
    return { ...tabs, all };
  }
  const tab = tabOf(nextId(tabs.all), document, variables);
  return { all: [...tabs.all, tab], current: tab.id };
}

function closed({ all, current }: Tabs, id: number): Tabs {
  const rest = all.filter((tab) => tab.id !== id);
  if (rest.length === 0) return fresh();
  if (current !== id) return { all: rest, current };
  const place = all.findIndex((tab) => tab.id === id);
  return { all: rest, current: rest[Math.max(0, place - 1)]!.id };
}

/** The tabs of the workbench. Answers are not stored: they may be long, and can be asked for again. */
export function useTabs(): TabActions {
  const [tabs, setTabs] = useState<Tabs>(() => load(STORED, isTabs) ?? fresh());
  useEffect(() => {
    store(STORED, { ...tabs, all: tabs.all.map((tab) => ({ ...tab, result: '' })) });
  }, [tabs]);
  return {
    tab: tabs.all.find(({ id }) => id === tabs.current) ?? tabs.all[0]!,
    tabs: tabs.all,
    edit: (change, id) =>
      setTabs((now) => ({
        ...now,
        all: now.all.map((tab) => (tab.id === (id ?? now.current) ? { ...tab, ...change } : tab)),
      })),
    open: (document, variables) => setTabs((now) => opened(now, document, variables)),
    add: () => setTabs((now) => opened({ ...now, current: 0 }, '', '')),
    choose: (id) => setTabs((now) => ({ ...now, current: id })),
    close: (id) => setTabs((now) => closed(now, id)),
    clear: () => setTabs(fresh()),
  };
}
