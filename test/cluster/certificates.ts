import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** Names of certificates with their subject and names of hosts. */
const CERTIFICATES: Record<string, [subject: string, names: string]> = {
  api: ['/CN=kube-apiserver', 'DNS:localhost,DNS:kubernetes.default.svc,IP:127.0.0.1,IP:10.96.0.1'],
  admin: ['/O=system:masters/CN=admin', 'DNS:admin'],
  components: ['/O=system:masters/CN=components', 'DNS:components'],
  aggregator: ['/CN=aggregator', 'DNS:aggregator'],
};

/** Makes a certificate authority and the certificates of a cluster, valid for some days. */
export function createCertificates(folder: string): void {
  fs.mkdirSync(folder, { recursive: true });
  const openssl = (...args: string[]): void =>
    void execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-days',
    '3',
    '-subj',
    '/CN=ca',
  );
  openssl('genrsa', '-out', 'sa.key', '2048');
  for (const [name, [subject, names]] of Object.entries(CERTIFICATES)) {
    openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', subject);
    const extensions = `subjectAltName=${names}\nextendedKeyUsage=serverAuth,clientAuth\n`;
    fs.writeFileSync(path.join(folder, `${name}.ext`), extensions);
    const from = ['-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'];
    const to = ['-days', '3', '-out', `${name}.pem`, '-extfile', `${name}.ext`];
    openssl('x509', '-req', ...from, ...to);
  }
}
