import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';
import gati from 'vite-plugin-gati';

export default defineConfig({ plugins: [vue(), gati({ base: '/api' })] });
