import { defineConfig } from 'vite';
import gati from 'vite-plugin-gati';

export default defineConfig({ plugins: [gati()], logLevel: 'warn' });
