import type { CallEvent } from '../client/calls.ts';
import { createCallLog, type LoggedCall } from './call-log.ts';
import { callOf, describeCall, printState, printTree, type TraceUrl } from './inspector.ts';
import { openTab, pageOrigin } from './page.ts';
import { startTrace } from './trace-parent.ts';
import type { DevtoolsApi, SetupDevtoolsPlugin } from './types.ts';

/** Input of {@link createVueDevtools}, which `virtual:gati/devtools` gives. */
export interface VueDevtoolsOptions {
  setupDevToolsPlugin: SetupDevtoolsPlugin;
  onCall(listener: (event: CallEvent) => void): () => void;
  /** Ids of the app's routes: `POST /payments/:id/capture`. */
  routes: readonly string[];
  /** Path of the panel; absent if it is off. */
  panel?: string;
}

/** A plugin for a Vue app. */
export interface VueDevtools {
  install(app: object): void;
}

/** Id of the inspector and of the layer in the timeline. */
const ID = 'gati';
/** Milliseconds for which changes of the inspector are collected. */
const REFRESH_DELAY = 100;

/**
 * Creates the Vue plugin that shows the calls of all generated clients in Vue DevTools: an inspector
 * with the routes and their last calls, and a layer in the timeline. Each call starts a trace, which
 * the server continues.
 */
export function createVueDevtools(options: VueDevtoolsOptions): VueDevtools {
  const { setupDevToolsPlugin, onCall, routes, panel } = options;
  const log = createCallLog();
  const apis = new Set<DevtoolsApi>();
  const traceUrl: TraceUrl = (traceId) => panel && `${pageOrigin()}${panel}/traces/${traceId}`;
  let refresh: ReturnType<typeof setTimeout> | undefined;

  onCall((event) => {
    const call = log.add(event, event.type === 'start' ? startTrace(event) : '');
    for (const api of apis) addToTimeline(api, event, call, traceUrl);
    refresh ??= setTimeout(() => {
      refresh = undefined;
      for (const api of apis) {
        api.sendInspectorTree(ID);
        api.sendInspectorState(ID);
      }
    }, REFRESH_DELAY);
  });

  return {
    install(app) {
      const descriptor = { id: ID, label: 'Gati', packageName: 'vite-plugin-gati', app };
      setupDevToolsPlugin(descriptor, (api) => {
        apis.add(api);
        api.addTimelineLayer({ id: ID, label: 'Gati', color: 0x0b62c4 });
        api.addInspector({
          id: ID,
          label: 'Gati',
          icon: 'swap_horiz',
          treeFilterPlaceholder: 'Search routes',
          nodeActions: [
            {
              icon: 'open_in_new',
              tooltip: 'Open the trace in the panel',
              action(nodeId) {
                const call = callOf(nodeId, log) ?? log.of(nodeId)[0];
                const url = call?.traceId ? traceUrl(call.traceId) : undefined;
                if (url !== undefined) openTab(url);
              },
            },
          ],
        });
        api.on.getInspectorTree((payload) => {
          if (payload.inspectorId === ID)
            payload.rootNodes = printTree(routes, log, payload.filter);
        });
        api.on.getInspectorState((payload) => {
          if (payload.inspectorId === ID) payload.state = printState(payload.nodeId, log, traceUrl);
        });
      });
    },
  };
}

function addToTimeline(
  api: DevtoolsApi,
  event: CallEvent,
  call: LoggedCall,
  traceUrl: TraceUrl,
): void {
  const { status = 0, duration = 0 } = call;
  api.addTimelineEvent({
    layerId: ID,
    event: {
      time: api.now(),
      title: call.route,
      subtitle:
        event.type === 'end'
          ? `${status || 'no response'} · ${Math.round(duration)} ms`
          : event.type,
      data: describeCall(call, traceUrl),
      logType:
        event.type !== 'end' || (status > 0 && status < 400)
          ? 'default'
          : status > 0 && status < 500
            ? 'warning'
            : 'error',
      groupId: call.id,
    },
  });
}
