/** One sentence in both languages of the page. */
export interface Text {
  id: string;
  en: string;
}

/** An entry of examples/*.json. */
export interface ExampleEntry {
  title: Text;
  note?: Text;
  /** E-mail address of the demo account that may do this; absent when anyone signed in may. */
  account?: string;
  /** The file in schema/operations, without its ending. */
  operation: string;
  /** May hold placeholders: see placeholders.ts. */
  variables?: Record<string, unknown>;
}

export interface ExampleIndex {
  title: Text;
  examples: ExampleEntry[];
}

/** An entry joined with its operation. */
export interface Example extends Omit<ExampleEntry, 'operation'> {
  /** The operation and every fragment that it uses. */
  document: string;
}

export interface ExampleGroup {
  title: Text;
  examples: Example[];
}
