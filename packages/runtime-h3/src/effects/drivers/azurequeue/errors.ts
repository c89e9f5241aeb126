const NETWORK =
  /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|REQUEST_SEND_ERROR)/;

export interface StorageError {
  code?: unknown;
  statusCode?: number;
  name?: string;
  message?: string;
}

/** The service is unavailable, so that another try may help. */
export function isOutage(error: unknown): boolean {
  const { code, statusCode = 0 } = error as StorageError;
  return (
    (typeof code === 'string' && NETWORK.test(code)) ||
    statusCode >= 500 ||
    statusCode === 429 ||
    statusCode === 408
  );
}

/** The message is gone, or another receiver has it. */
export function isLost(error: unknown): boolean {
  const { code, statusCode } = error as StorageError;
  return statusCode === 404 || code === 'PopReceiptMismatch' || code === 'MessageNotFound';
}
