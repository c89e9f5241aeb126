const NETWORK =
  /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|REQUEST_SEND_ERROR)/;

export interface StorageFault {
  code?: unknown;
  statusCode?: number;
  name?: string;
  message?: string;
}

/** Whether trying again may help. */
export function isOutage(error: unknown): boolean {
  const { code, statusCode = 0 } = error as StorageFault;
  return (
    (typeof code === 'string' && NETWORK.test(code)) ||
    statusCode >= 500 ||
    statusCode === 429 ||
    statusCode === 408
  );
}

/** Another has the message, or it is gone. */
export function isLost(error: unknown): boolean {
  const { code, statusCode } = error as StorageFault;
  return statusCode === 404 || code === 'PopReceiptMismatch' || code === 'MessageNotFound';
}
