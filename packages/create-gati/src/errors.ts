/** What stops the scaffolder, with a stable code, a reason and a way out. */
export class CreateError extends Error {
  readonly code: string;
  readonly fix: string;
  /** 1: something in the way, 2: wrong use. */
  readonly exitCode: 1 | 2;

  constructor(code: string, exitCode: 1 | 2, message: string, fix: string) {
    super(message);
    this.name = 'CreateError';
    this.code = code;
    this.exitCode = exitCode;
    this.fix = fix;
  }
}
