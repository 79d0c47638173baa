import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { TestAuthority } from '../../simulator/pki/test-authority.ts';

/**
 * The authority that the demo's cards come from, with its revocation lists on a loopback port: so that what is said of a card
 * in the demo is judged as it would be on a ward.
 */
export class DemoAuthority {
  readonly authority: TestAuthority;
  readonly #server: Server;
  readonly #lists = new Map<string, Uint8Array>();

  private constructor(server: Server, authority: TestAuthority) {
    this.#server = server;
    this.authority = authority;
    server.on('request', (request, answer) => {
      const list = this.#lists.get(request.url ?? '');
      if (list === undefined) answer.writeHead(404).end();
      else answer.writeHead(200, { 'Content-Type': 'application/pkix-crl' }).end(list);
    });
  }

  static async open(): Promise<DemoAuthority> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const bound = server.address();
    const address = `http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`;
    // It must not keep the demo from ending.
    server.unref();
    const authority = await TestAuthority.create({
      addresses: { root: { lists: [`${address}/root.crl`] }, issuing: { lists: [`${address}/issuing.crl`] } },
    });
    return new DemoAuthority(server, authority);
  }

  /** @param revoked certificates, as DER */
  async publish(revoked: readonly Uint8Array[]): Promise<void> {
    this.#lists.set('/root.crl', await this.authority.list({ by: 'root', number: 1 }));
    this.#lists.set('/issuing.crl', await this.authority.list({ by: 'issuing', number: 1, revoked }));
  }

  /** Puts the certificates of the authority where a policy can name them. */
  writeInto(folder: string): { readonly anchor: string; readonly intermediate: string } {
    const anchor = join(folder, 'root.der');
    const intermediate = join(folder, 'issuing.der');
    writeFileSync(anchor, this.authority.rootCertificate);
    writeFileSync(intermediate, this.authority.issuingCertificate);
    return { anchor, intermediate };
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
