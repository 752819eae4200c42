import type { ReactNode } from 'react';
import type { Text } from './example.types.ts';

/** A sentence in Indonesian, with its English below or beside it. */
export function Bilingual({ text }: { text: Text }): ReactNode {
  return (
    <>
      <span className="text-id">{text.id}</span>{' '}
      <span className="text-en" lang="en">
        {text.en}
      </span>
    </>
  );
}
