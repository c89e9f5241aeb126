// Written once by Gati; commit it. With it, TypeScript knows the types of handlers before anything has run.
/// <reference types="vite-plugin-gati/types" />
/// <reference path="../.gati/types/gati.d.ts" />
