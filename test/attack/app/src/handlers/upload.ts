export const route = 'POST /upload';

export type Body = { file: File };

export const handler: Handler<typeof route> = (req) => ({ size: req.body.file.size });
