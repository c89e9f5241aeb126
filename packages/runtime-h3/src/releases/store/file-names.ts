/** What stands in the output folder of a build, and in each release. */
export const MANIFEST_FILE = 'gati.manifest.json';
export const DOCUMENT_FILE = 'openapi.json';
