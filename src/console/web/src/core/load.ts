// SPDX-License-Identifier: GPL-3.0-or-later
// Reading from the service inside a component.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, get, type Ask } from './api';

export interface Loaded<T> {
  data: T | null; // the last that came, also while newer is awaited
  error: ApiError | null;
  loading: boolean;
  reload: () => void;
}

export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError(0, 'internal', String(error));
}

// null as path: nothing is read yet. What is no longer wanted is aborted.
export function useGet<T>(path: string | null, ask: Ask = {}): Loaded<T> {
  const [state, set] = useState<Omit<Loaded<T>, 'reload'>>({
    data: null,
    error: null,
    loading: path !== null,
  });
  const [turn, setTurn] = useState(0);
  const key = JSON.stringify([path, ask.query, ask.purpose]);
  const keyShown = useRef('');

  useEffect(() => {
    if (path === null) {
      set({ data: null, error: null, loading: false });
      return undefined;
    }
    const abort = new AbortController();
    const isOther = keyShown.current !== key;
    set((was) => ({ data: isOther ? null : was.data, error: null, loading: true }));
    get<T>(path, { ...ask, signal: abort.signal }).then(
      (data) => {
        keyShown.current = key;
        set({ data, error: null, loading: false });
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
