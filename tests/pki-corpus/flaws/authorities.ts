import type { ChainDraft } from '../chain-draft.ts';
import { drop, put } from '../chain-draft.ts';
import { basicConstraints, extendedKeyUsage, KEY_USAGE, keyUsage, OID, PURPOSE } from '../extensions.ts';
import { arguable, type Flaw, sound, wrong } from './flaw.ts';

/** Who may issue (basicConstraints, keyUsage), how deep, and for which purpose. */
export const AUTHORITY_FLAWS: readonly Flaw[] = [
  wrong('ca-false', (chain) => put(chain.someIntermediate(), basicConstraints(false))),
  wrong('ca-false-without-key-usage', (chain) => {
    const intermediate = chain.someIntermediate();
    put(intermediate, basicConstraints(false));
    drop(intermediate, OID.keyUsage);
  }),
  wrong('no-basic-constraints', (chain) => {
    const intermediate = chain.someIntermediate();
    drop(intermediate, OID.basicConstraints);
    put(intermediate, keyUsage(KEY_USAGE.keyCertSign, KEY_USAGE.cRLSign));
  }),
  wrong('no-basic-constraints-no-key-usage', (chain) =>
    drop(chain.someIntermediate(), OID.basicConstraints, OID.keyUsage),
  ),
  wrong('version-1-intermediate', (chain) => {
    const intermediate = chain.someIntermediate();
    intermediate.version = 1;
    intermediate.extensions = [];
  }),
  wrong('leaf-as-issuer', (chain) => {
    const intermediate = chain.issuing;
    put(intermediate, basicConstraints(false));
    put(intermediate, keyUsage(KEY_USAGE.digitalSignature));
    put(intermediate, extendedKeyUsage([PURPOSE.clientAuth]));
  }),
  // 4.2.1.9 wants it critical, but 6.1.4 (k) does not ask.
  arguable('basic-constraints-not-critical', (chain) =>
    put(chain.someIntermediate(), { ...basicConstraints(true), critical: false }),
  ),
  wrong('key-usage-without-cert-sign', (chain) => put(chain.someIntermediate(), keyUsage(KEY_USAGE.cRLSign))),
  wrong('key-usage-without-cert-sign-not-critical', (chain) =>
    put(chain.someIntermediate(), { ...keyUsage(KEY_USAGE.digitalSignature), critical: false }),
  ),

  sound('path-length-fits', (chain) => limitLength(chain, 0)),
  sound('path-length-fits-self-issued', (chain) => {
    limitLength(chain, 0);
    chain.insertSelfIssued(chain.someIntermediate());
  }),
  wrong('path-length-exceeded', (chain) => limitLength(chain, -1), 2),
  wrong(
    'path-length-raised-below',
    (chain) => {
      // A lower certificate cannot give back what one above it took (6.1.4 m).
      const [top, ...others] = chain.intermediates;
      if (top !== undefined) put(top, basicConstraints(true, chain.intermediates.length - 2));
      for (const other of others) put(other, basicConstraints(true, 9));
    },
    2,
  ),
  wrong('path-length-negative', (chain) => {
    const intermediate = chain.someIntermediate();
    put(intermediate, { ...basicConstraints(true, 1), value: Uint8Array.of(0x30, 6, 1, 1, 0xff, 2, 1, 0xff) });
  }),
  arguable('anchor-path-length-exceeded', (chain) => put(chain.anchor, basicConstraints(true, 0)), 2),
  sound('anchor-path-length-fits', (chain) => put(chain.anchor, basicConstraints(true, chain.intermediates.length))),
  sound('self-issued', (chain) => {
    chain.insertSelfIssued(chain.someIntermediate());
  }),
  sound('self-issued-by-anchor', (chain) => {
    const top = chain.intermediates[0];
    if (top !== undefined) chain.rename(top, chain.anchor.subject);
  }),

  wrong('purpose-missing-leaf', (chain) =>
    put(chain.leaf, extendedKeyUsage([PURPOSE.emailProtection, PURPOSE.serverAuth])),
  ),
  wrong('purpose-missing-leaf-critical', (chain) => put(chain.leaf, extendedKeyUsage([PURPOSE.serverAuth], true))),
  wrong('purpose-missing-intermediate', (chain) =>
    put(chain.someIntermediate(), extendedKeyUsage([PURPOSE.serverAuth, PURPOSE.emailProtection])),
  ),
  sound('purpose-in-intermediate', (chain) =>
    put(
      chain.someIntermediate(),
      extendedKeyUsage([PURPOSE.clientAuth, PURPOSE.emailProtection, PURPOSE.smartcardLogon]),
    ),
  ),
  sound('purpose-critical', (chain) => put(chain.leaf, extendedKeyUsage([PURPOSE.clientAuth], true))),
  // Without the extension RFC 5280 4.2.1.12 restricts nothing; a policy may still want the purpose named.
  arguable('purpose-absent', (chain) => drop(chain.leaf, OID.extendedKeyUsage)),
  arguable('purpose-any', (chain) => put(chain.leaf, extendedKeyUsage([PURPOSE.any]))),
  arguable('purpose-any-intermediate', (chain) => put(chain.someIntermediate(), extendedKeyUsage([PURPOSE.any]))),
  arguable('purpose-smartcard-logon-only', (chain) => put(chain.leaf, extendedKeyUsage([PURPOSE.smartcardLogon]))),
  wrong('leaf-without-digital-signature', (chain) => put(chain.leaf, keyUsage(KEY_USAGE.keyEncipherment))),
  sound('leaf-without-key-usage', (chain) => drop(chain.leaf, OID.keyUsage)),
];

/** Sets pathLenConstraint of one intermediate to what follows it, and `more`. */
function limitLength(chain: ChainDraft, more: number): void {
  const { intermediates } = chain;
  const limited = more < 0 ? chain.someUpperIntermediate() : chain.someIntermediate();
  const following = intermediates.length - 1 - intermediates.indexOf(limited);
  put(limited, basicConstraints(true, following + more));
}
