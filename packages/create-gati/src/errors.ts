/** Error of create-gati with a stable code, a reason (`message`) and a fix. */
export class CreateError extends Error {
  readonly code: string;
  readonly fix: string;
  /** `1`: the app can't be created. `2`: wrong arguments. */
  readonly exitCode: 1 | 2;

  constructor(code: string, exitCode: 1 | 2, message: string, fix: string) {
    super(message);
    this.name = 'CreateError';
    this.code = code;
    this.exitCode = exitCode;
    this.fix = fix;
  }
}
