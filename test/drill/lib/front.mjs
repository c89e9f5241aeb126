// A front like Global Accelerator: TCP, health checks of each region, and no control plane.
import http from 'node:http';
import net from 'node:net';

/**
 * Health checks as `gati-deploy aws` sets them for the load balancer of a region: milliseconds, and
 * checks until a region changes its state.
 */
export const HEALTH = { path: '/readyz', interval: 5000, timeout: 2000, threshold: 2 };

/**
 * Starts the front. New connections go to the healthy regions in turn; if none is healthy, to all.
 * Established connections stay with their region.
 *
 * @param endpoints `{ name, host, port }` of each region
 */
export async function startFront(endpoints) {
  const regions = endpoints.map((each) => ({ ...each, healthy: true, same: 0, connections: 0 }));
  const sockets = new Set();
  let turn = 0;
  const server = net.createServer((client) => {
    const healthy = regions.filter((each) => each.healthy);
    const choice = healthy.length > 0 ? healthy : regions;
    const region = choice[turn++ % choice.length];
    region.connections++;
    const upstream = net.connect(region.port, region.host);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ]) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  });
  const timer = setInterval(() => {
    for (const region of regions) void check(region);
  }, HEALTH.interval);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    regions,
    stop() {
      clearInterval(timer);
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

async function check(region) {
  const isWell = await get(region);
  if (isWell === region.healthy) region.same = 0;
  else if (++region.same >= HEALTH.threshold) {
    region.healthy = isWell;
    region.same = 0;
  }
}

function get({ host, port }) {
  return new Promise((resolve) => {
    const request = http.get({ host, port, path: HEALTH.path, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    const timer = setTimeout(() => request.destroy(), HEALTH.timeout);
    request.on('error', () => resolve(false));
    request.on('close', () => {
      clearTimeout(timer);
      resolve(false);
    });
  });
}
