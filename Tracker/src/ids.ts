// `crypto.randomUUID` exists only on secure origins; `getRandomValues` everywhere.
const uuid = (time?: number): string => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let i = 5, rest = time; rest && i >= 0; i--, rest = Math.floor(rest / 256)) bytes[i] = rest % 256;
  bytes[6] = (bytes[6]! & 0x0f) | (time ? 0x70 : 0x40);
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const digits = Array.from(bytes, byte => (byte + 256).toString(16).slice(1)).join('');
  return digits.replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
};

/** Random: says nothing about when it was made. */
export const uuid4 = (): string => uuid();

/** Time-ordered: sorts, as text, by when it was made. */
export const uuid7 = (): string => uuid(Date.now());

/** When a UUIDv7 was made, unix ms. */
export const timeOf = (id: string): number => parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
