/** How long a password is, in UTF-16 units. */
export const PASSWORD_LENGTH = { min: 12, max: 200 } as const;

export function isPassword(text: string): boolean {
  return text.length >= PASSWORD_LENGTH.min && text.length <= PASSWORD_LENGTH.max;
}
