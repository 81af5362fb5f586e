// SPDX-License-Identifier: GPL-3.0-or-later
// Reading from the service inside a component.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, get, type Ask, type Page, type Time } from './api';

export interface Loaded<T> {
  data: T | null; // the last that came, also while newer is awaited
  error: ApiError | null;
  loading: boolean;
  reload: () => void;
}

export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError(0, 'internal', String(error));
}

function keyOf(path: string | null, ask: Ask): string {
  return JSON.stringify([path, ask.query, ask.purpose]);
}

const begun = new Map<string, Promise<unknown>>();

// Asks for what a page will want while its code is still on the way; useGet takes it from here, once.
export function askAhead(path: string, ask: Ask = {}): void {
  const answer = get(path, ask);
  answer.catch(() => undefined); // told to who takes it
  begun.set(keyOf(path, ask), answer);
}

function taken<T>(key: string): Promise<T> | undefined {
  const answer = begun.get(key) as Promise<T> | undefined;
  begun.delete(key);
  return answer;
}

// null as path: nothing is read yet. What is no longer wanted is aborted.
export function useGet<T>(path: string | null, ask: Ask = {}): Loaded<T> {
  const [state, set] = useState<Omit<Loaded<T>, 'reload'>>({
    data: null,
    error: null,
    loading: path !== null,
  });
  const [turn, setTurn] = useState(0);
  const key = keyOf(path, ask);
  const keyShown = useRef('');

  useEffect(() => {
    if (path === null) {
      set({ data: null, error: null, loading: false });
      return undefined;
    }
    const abort = new AbortController();
    const isOther = keyShown.current !== key;
    set((was) => ({ data: isOther ? null : was.data, error: null, loading: true }));
    (taken<T>(key) ?? get<T>(path, { ...ask, signal: abort.signal })).then(
      (data) => {
        if (!abort.signal.aborted) {
          keyShown.current = key;
          set({ data, error: null, loading: false });
        }
      },
      (error: unknown) => {
        if (!abort.signal.aborted) {
          set((was) => ({ ...was, error: asApiError(error), loading: false }));
        }
      },
    );
    return () => abort.abort();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `key` says all of `ask` that matters
  }, [key, turn]);

  const reload = useCallback(() => setTurn((was) => was + 1), []);
  return { ...state, reload };
}

export interface Pages<T> {
  rows: T[];
  set: (change: (rows: T[]) => T[]) => void; // what is known of the rows otherwise
  asOf: Time | null; // of the first page
  more: boolean;
  loading: boolean;
  error: ApiError | null;
  readMore: () => void;
  reload: () => void;
}

const PAGE_ROWS = 200;

// A list read page by page as far as it is wanted. At a reload the old rows stay until the new
// come.
export function usePages<T>(path: string, ask: Ask = {}): Pages<T> {
  const key = keyOf(path, ask);
  const [rows, setRows] = useState<T[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [asOf, setAsOf] = useState<Time | null>(null);
  const [loading, setLoading] = useState(true);
  const [error, setError] = useState<ApiError | null>(null);
  const [turn, setTurn] = useState(0);
  const abort = useRef<AbortController>();
  const keyShown = useRef('');

  const read = (cursor: string | null) => {
    abort.current?.abort();
    const mine = new AbortController();
    abort.current = mine;
    setLoading(true);
    setError(null);
    const query = { limit: PAGE_ROWS, ...ask.query, cursor };
    get<Page<T>>(path, { ...ask, query, signal: mine.signal }).then(
      (page) => {
        keyShown.current = key;
        setRows((was) => (cursor === null ? page.items : [...was, ...page.items]));
        setNext(page.next);
        setLoading(false);
        if (cursor === null) {
          setAsOf(page.as_of);
        }
      },
      (failed: unknown) => {
        if (!mine.signal.aborted) {
          setError(asApiError(failed));
          setLoading(false);
        }
      },
    );
  };

  useEffect(() => {
    if (keyShown.current !== key) {
      setRows([]);
      setNext(null);
    }
    read(null);
    return () => abort.current?.abort();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `key` says all that `read` uses
  }, [key, turn]);

  const readMore = () => {
    if (!loading && next !== null) {
      read(next);
    }
  };
  const reload = useCallback(() => setTurn((was) => was + 1), []);
  return { rows, set: setRows, asOf, more: next !== null, loading, error, readMore, reload };
}
