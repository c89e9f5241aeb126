// Takes what a server exports over OTLP, and counts the bytes.
import http from 'node:http';

let bytes = 0;
const server = http.createServer((req, res) => {
  req.on('data', (chunk) => {
    bytes += chunk.length;
  });
  req.on('end', () => {
    if (req.method === 'GET') return res.end(String(bytes));
    res.writeHead(200, { 'content-type': 'application/x-protobuf', 'content-length': 0 }).end();
  });
});
server.listen(Number(process.env.PORT), '127.0.0.1', () =>
  console.log(
    JSON.stringify({ msg: 'listening', url: `http://127.0.0.1:${server.address().port}` }),
  ),
);
process.on('SIGTERM', () => process.exit(0));
