import { createApp } from 'vue';
import AppShell from './AppShell.vue';
import { router } from './router.ts';
import './tokens.css';
import './base.css';

createApp(AppShell).use(router).mount('#app');
