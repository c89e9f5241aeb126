import { createApp } from 'vue';
import { takeToken } from './lib/dock-token.ts';
import { joinLink, loadAccess } from './lib/access.ts';
import PanelRoot from './PanelRoot.vue';
import { router } from './router.ts';
import './tokens.css';
import './base.css';

takeToken();
// Loads no page that this browser may not read.
if (!joinLink.value) await loadAccess();
createApp(PanelRoot).use(router).mount('#app');
if (window !== window.parent) {
  const { joinDock } = await import('./lib/dock.ts');
  joinDock(router, () => document.documentElement.classList.add('docked'));
}
