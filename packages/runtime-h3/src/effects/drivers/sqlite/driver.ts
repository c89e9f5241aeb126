import type { QueueCaps, QueueDriver } from '../../../ports.ts';
import { parseAddress } from './address.ts';
import { connect } from './connection.ts';
import { enqueueIn } from './transaction.ts';

export const CAPS: QueueCaps = {
  durable: true,
  shared: true,
  maxDelay: Infinity,
  maxPayload: 256 * 1024 * 1024,
  keyMemory: 24 * 60 * 60 * 1000,
  ordered: true,
  tx: true,
};

/**
 * Opens a queue in a file: `sqlite:PATH`. Several processes of one machine may share it.
 *
 * @throws {GatiError} GATI_EFFECTS_OPEN when the file can't be opened
 */
export async function open(url: string): Promise<QueueDriver> {
  const path = parseAddress(url);
  const { call, subscribe, close } = await connect(path);
  return {
    caps: CAPS,
    enqueue: (jobs, tx) => (tx === undefined ? call('enqueue', jobs) : enqueueIn(tx, path, jobs)),
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
    paused: () => call('paused'),
    setPaused: (effect, pause) => call('setPaused', effect, pause && JSON.stringify(pause)),
    onReady: subscribe,
    close,
  };
}
