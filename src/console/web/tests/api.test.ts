// SPDX-License-Identifier: GPL-3.0-or-later
import { afterEach, describe, expect, it, vi } from 'vitest';
import { address, ApiError, del, get, post, postOnce, session, type Session } from '../src/core/api';

const me: Session = { id: 7, name: 'li', roles: ['investigator'], may: ['read', 'work'], regions: '', csrf: 'c5' };

function answer(status: number, body: unknown): Response {
  return new Response(typeof body === 'string' ? body : JSON.stringify(body), { status });
}

function talk(...answers: unknown[]) {
  const spy = vi.fn<(path: string, init: RequestInit) => Promise<Response>>(async () => {
    const next = answers.shift();
    if (next instanceof Response) {
      return next;
    }
    throw next ?? new Error('asked too often');
  });
  vi.stubGlobal('fetch', spy);
  return spy;
}

function headersOf(spy: ReturnType<typeof talk>, call = 0): Record<string, string> {
  return spy.mock.calls[call]![1].headers as Record<string, string>;
}

afterEach(() => {
  session.value = null;
  vi.unstubAllGlobals();
});

describe('addresses', () => {
  it('leave out what is not set', () => {
    expect(address('/cases', { state: 'new', tag: '', region: null, limit: 200 })).toBe(
      '/api/v1/cases?state=new&limit=200',
    );
  });
  it('escape', () => {
    expect(address('/search', { q: 'a&b=c' })).toBe('/api/v1/search?q=a%26b%3Dc');
  });
});

describe('asking', () => {
  it('says the purpose, and sends no token when it only reads', async () => {
    const spy = talk(answer(200, { id: 1 }));
    session.value = me;
    await get('/cases/1', { purpose: 'verification' });
    expect(headersOf(spy)).toEqual({ 'X-Purpose': 'verification' });
  });

  it('sends token, type and a key when it writes', async () => {
    const spy = talk(answer(200, {}));
    session.value = me;
    await post('/cases/1/start', { version: 3 });
    const headers = headersOf(spy);
    expect(headers['X-CSRF-Token']).toBe('c5');
    expect(headers['Content-Type']).toBe('application/json');
    expect(headers['Idempotency-Key']).toMatch(/^[0-9a-f-]{36}$/);
    expect(spy.mock.calls[0]![1].body).toBe('{"version":3}');
  });

  it('writes once more under the same key when no answer came', async () => {
    const spy = talk(new Error('cable'), answer(200, { done: true }));
    session.value = me;
    expect(await post('/cases/1/start')).toEqual({ done: true });
    expect(headersOf(spy, 1)['Idempotency-Key']).toBe(headersOf(spy, 0)['Idempotency-Key']);
  });

  it('asks once, without a key, for what is told once', async () => {
    const spy = talk(new Error('cable'), answer(200, { token: 't' }));
    await expect(postOnce('/users/1/tokens')).rejects.toMatchObject({ status: 0 });
    expect(spy).toHaveBeenCalledTimes(1);
    expect(headersOf(spy)).not.toHaveProperty('Idempotency-Key');
  });

  it('does not repeat what was refused', async () => {
    const spy = talk(answer(409, { error: { code: 'stale', message: 'm', request_id: 'r1' } }));
    await expect(post('/cases/1/start')).rejects.toMatchObject({ code: 'stale' });
    expect(spy).toHaveBeenCalledTimes(1);
  });
});

describe('errors', () => {
  it('carry what the service said', async () => {
    talk(answer(422, { error: { code: 'invalid', message: 'give a reason', field: 'reason', request_id: 'r9' } }));
    const error = await get('/cases').catch((one: unknown) => one);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      status: 422, code: 'invalid', message: 'give a reason', field: 'reason', requestId: 'r9',
    });
  });
  it('are errors too without the right form', async () => {
    talk(answer(502, '<html>no</html>'));
    await expect(get('/cases')).rejects.toMatchObject({ status: 502, code: 'internal' });
  });
  it('say that nobody answers', async () => {
    talk(new TypeError('Failed to fetch'));
    await expect(get('/cases')).rejects.toMatchObject({ status: 0, code: 'unreachable' });
  });
  it('end the session when it is over', async () => {
    const over = () => answer(401, { error: { code: 'unauthenticated', message: '', request_id: '' } });
    session.value = me;
    talk(over());
    await expect(get('/cases')).rejects.toMatchObject({ status: 401 });
    expect(session.value).toBeNull();
  });
  it('keep the session when only the password was wrong', async () => {
    session.value = me;
    talk(answer(401, { error: { code: 'unauthenticated', message: '', request_id: '' } }));
    await expect(postOnce('/session/password', {})).rejects.toMatchObject({ status: 401 });
    expect(session.value).toBe(me);
  });
  it('are not made of what was called off', async () => {
    const abort = new AbortController();
    abort.abort();
    talk(new DOMException('called off', 'AbortError'));
    await expect(get('/cases', { signal: abort.signal })).rejects.toMatchObject({ name: 'AbortError' });
  });
});

it('deletes with the token and no body', async () => {
  const spy = talk(answer(200, {}));
  session.value = me;
  await del('/filters/1');
  expect(headersOf(spy)['X-CSRF-Token']).toBe('c5');
  expect(spy.mock.calls[0]![1]).toMatchObject({ method: 'DELETE', body: undefined });
});
