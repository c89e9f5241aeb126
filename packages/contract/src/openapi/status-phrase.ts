import { STATUS_TITLES } from '../http/status-titles.ts';

const CLASSES = ['', 'Information', 'Success', 'Redirection', 'Refused', 'Server error'];

/** The reason phrase of a status, for people. */
export function statusPhrase(status: string): string {
  return STATUS_TITLES[Number(status)] ?? CLASSES[Number(status[0])] ?? 'Any other answer';
}
