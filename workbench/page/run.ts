import { OperationTypeNode } from 'graphql';
import { useRef, useState } from 'react';
import type { Connection } from './connection.ts';
import { chooseOperation } from './operations.ts';
import type { Tab, TabActions } from './tabs.ts';

export interface Runner {
  isRunning: boolean;
  /** How many events a running subscription has had; null for anything else. */
  events: number | null;
  run: (name: string | null) => void;
  stop: () => void;
}

const BAD_VARIABLES = 'Variabel harus berupa objek JSON · Variables must be a JSON object';

function variablesIn(text: string): Record<string, unknown> | undefined {
  if (text.trim() === '') return undefined;
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(BAD_VARIABLES);
  return value as Record<string, unknown>;
}

const shown = (answer: unknown): string => JSON.stringify(answer, null, 2);

/** Runs the operation of a tab, and shows each answer in it. A tab's running operation ends when another is begun. */
export function useRunner(connection: Connection, tab: Tab, edit: TabActions['edit']): Runner {
  const [events, setEvents] = useState<number | null>(null);
  const [isRunning, setRunning] = useState(false);
  const running = useRef<AbortController>(null);

  async function perform(name: string | null, { signal }: AbortController): Promise<void> {
    const show = (result: string): void => {
      if (!signal.aborted) edit({ result }, tab.id);
    };
    const choice = chooseOperation(tab.document, name);
    if ('fault' in choice) return show(choice.fault);
    const { operation } = choice;
    try {
      const variables = variablesIn(tab.variables);
      const request = { query: tab.document, operationName: operation.name?.value, variables };
      if (operation.operation !== OperationTypeNode.SUBSCRIPTION) {
        return show(shown(await connection.send(request, signal)));
      }
      setEvents(0);
      const onEvent = (event: unknown): void => {
        show(shown(event));
        setEvents((count) => (count ?? 0) + 1);
      };
      await connection.listen(request, onEvent, signal);
    } catch (error) {
      show(error instanceof Error ? error.message : String(error));
    }
  }

  const stop = (): void => {
    running.current?.abort();
    running.current = null;
    setRunning(false);
    setEvents(null);
  };
  const run = (name: string | null): void => {
    stop();
    const controller = new AbortController();
    running.current = controller;
    setRunning(true);
    edit({ result: '' }, tab.id);
    void perform(name, controller).finally(() => {
      if (running.current === controller) stop();
    });
  };
  return { isRunning, events, run, stop };
}
