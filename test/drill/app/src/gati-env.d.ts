/// <reference types="vite-plugin-gati/types" />
// Written once by Gati so that TypeScript knows Handler, Args and the types of your routes. Commit it.
// @ts-ignore -- written by the first `vite`, `vite build` or `gati generate`
import '../.gati/types/gati.js';
