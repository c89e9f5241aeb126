export const route = 'GET /process';

export const handler: Handler<typeof route> = () => ({ pid: process.pid });
