import { STATUS_TITLES } from '../http/status-titles.ts';

const CLASSES = ['', 'Information', 'Success', 'Redirection', 'Client error', 'Server error'];

/** Returns a description of a status for people: its reason phrase, or the name of its class. */
export function statusPhrase(status: string): string {
  return STATUS_TITLES[Number(status)] ?? CLASSES[Number(status[0])] ?? 'Any other response';
}
