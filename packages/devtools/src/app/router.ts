import { createRouter, createWebHistory, type Router } from 'vue-router';

declare module 'vue-router' {
  interface RouteMeta {
    /** Whether the page shows one range of time, which the user chooses. */
    hasRange?: boolean;
  }
}

const TIMED = { hasRange: true };

/** Each page is a chunk that its first visit loads. */
export const router: Router = createRouter({
  history: createWebHistory('/_control/'),
  routes: [
    {
      path: '/',
      name: 'Overview',
      component: () => import('./pages/OverviewPage.vue'),
      meta: TIMED,
    },
    {
      path: '/routes',
      name: 'Routes',
      component: () => import('./pages/RoutesPage.vue'),
      meta: TIMED,
    },
    {
      path: '/playground',
      name: 'Playground',
      component: () => import('./pages/PlaygroundPage.vue'),
    },
    {
      path: '/traces',
      name: 'Traces',
      component: () => import('./pages/TracesPage.vue'),
      meta: TIMED,
    },
    {
      path: '/traces/:id([\\da-f]{32})',
      name: 'Trace',
      component: () => import('./pages/TracePage.vue'),
    },
    { path: '/traces/traps', name: 'Traps', component: () => import('./pages/TrapsPage.vue') },
    {
      path: '/errors',
      name: 'Errors',
      component: () => import('./pages/ErrorsPage.vue'),
      meta: TIMED,
    },
    { path: '/logs', name: 'Logs', component: () => import('./pages/LogsPage.vue'), meta: TIMED },
    {
      path: '/releases',
      name: 'Releases',
      component: () => import('./pages/ReleasesPage.vue'),
      meta: TIMED,
    },
    {
      path: '/releases/:version',
      name: 'Release',
      component: () => import('./pages/ReleasePage.vue'),
      meta: TIMED,
    },
    {
      path: '/topology',
      name: 'Topology',
      component: () => import('./pages/TopologyPage.vue'),
      meta: TIMED,
    },
    {
      path: '/modules',
      name: 'Modules',
      component: () => import('./pages/ModulesPage.vue'),
      meta: TIMED,
    },
    { path: '/scaling', name: 'Scaling', component: () => import('./pages/ScalingPage.vue') },
    { path: '/config', name: 'Config', component: () => import('./pages/ConfigPage.vue') },
    {
      path: '/effects',
      name: 'Effects',
      component: () => import('./pages/EffectsPage.vue'),
      meta: TIMED,
    },
    { path: '/effects/:id', name: 'Job', component: () => import('./pages/JobPage.vue') },
    { path: '/access', name: 'Access', component: () => import('./pages/AccessPage.vue') },
    {
      path: '/metrics',
      name: 'Metrics',
      component: () => import('./pages/MetricsPage.vue'),
      meta: TIMED,
    },
    {
      path: '/:path(.*)*',
      name: 'Not found',
      component: () => import('./pages/NotFoundPage.vue'),
    },
  ],
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
});

router.afterEach((to) => {
  document.title = `${String(to.name)} · Panel`;
});
