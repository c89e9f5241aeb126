import { resolve } from 'node:path';
import type { QueueCaps, QueueDriver } from '../../../ports.ts';
import { openError } from './errors.ts';
import { connect } from './connection.ts';

export const CAPS: QueueCaps = {
  durable: true,
  shared: true,
  maxDelay: Infinity,
  maxPayload: 256 * 1024 * 1024,
  keyMemory: 24 * 60 * 60 * 1000,
  ordered: true,
};

/** `sqlite:PATH`: a file that several processes of one machine share. Throws `GATI_EFFECTS_OPEN`. */
export async function open(url: string): Promise<QueueDriver> {
  const name = url.slice('sqlite:'.length);
  if (name === '' || name === ':memory:')
    throw openError(name, { sqlite: 14, message: 'it names no file' });
  const { call, subscribe, close } = await connect(resolve(name));
  return {
    caps: CAPS,
    enqueue: (jobs) => call('enqueue', jobs),
    claim: (requests, lease) => call('claim', requests, lease),
    extend: ({ token }, milliseconds) => call('extend', token, milliseconds),
    ack: ({ token }, result) => call('ack', token, result),
    retry: ({ token }, runAt, error) => call('retry', token, runAt, error),
    dead: ({ token }, reason) => call('dead', token, reason),
    saveStep: ({ token }, step, result) => call('saveStep', token, step, result),
    saveProgress: ({ token }, progress) => call('saveProgress', token, progress),
    redrive: (ids) => call('redrive', ids),
    cancel: (ids) => call('cancel', ids),
    purge: (filter) => call('purge', filter),
    list: (filter) => call('list', filter),
    due: () => call('due'),
    stats: () => call('stats'),
    onReady: subscribe,
    close,
  };
}
