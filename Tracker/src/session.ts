import { uuid4, uuid7 } from './ids';
import { read, remove, write } from './storage';

const TIMEOUT_MS = 30 * 60_000;

const VISITOR = 'visitor';
const SESSION = 'session';
const USER = 'user';

/** Who is here. Read from storage at each use, because another tab may have renewed the session or signed the user out. */
export const visitor = (): string => {
  let id = read(VISITOR);
  if (!id) write(VISITOR, (id = uuid4()));
  return id;
};

/** The session that something happening now belongs to: renewed, or a new one after 30 minutes without activity. */
export const activeSession = (): string => {
  const now = Date.now();
  const [id, last] = (read(SESSION) ?? '').split(' ');
  // A clock set back would otherwise keep a session alive for as long as it was wrong.
  const alive = id && last && Math.abs(now - +last) < TIMEOUT_MS;
  const current = alive ? id : uuid7();
  write(SESSION, current + ' ' + now);
  return current;
};

export const user = (): string | null => read(USER);

export const setUser = (id: string): void => write(USER, id);

/** Forgets who was here: the next event is a new visitor's. */
export const forget = (): void => [VISITOR, SESSION, USER].forEach(remove);
