// `crypto.randomUUID` exists only on secure origins; `getRandomValues` everywhere.
const uuid = (time?: number): string =>
  ((time ? time.toString(16).padStart(12, '0') : '') + Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => (byte + 256).toString(16).slice(1)).join(''))
    .slice(0, 32)
    .replace(/(.{8})(.{4}).(.{3}).(.{3})/, `$1-$2-${time ? 7 : 4}$3-8$4-`);

/** Random: says nothing about when it was made. */
export const uuid4 = (): string => uuid();

/** Time-ordered: sorts, as text, by when it was made. */
export const uuid7 = (): string => uuid(Date.now());

/** When a UUIDv7 was made, unix ms. */
export const timeOf = (id: string): number => parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
