import type { Policy } from '../../src/core/agent/policy.ts';
import type { DeskAsk, DeskOperationName } from '../../src/core/contract/card-desk/operations.ts';
import { type AskOptions, DeskClient, type DeskReply } from '../../src/main/card-desk/desk-client.ts';

export type AnyAsk = {
  readonly parameters?: unknown;
  readonly body?: unknown;
};
export type AnyReply = DeskReply<DeskOperationName>;
/** @param go asks the desk itself */
export type Alter = (name: DeskOperationName, asked: AnyAsk, go: () => Promise<AnyReply>) => Promise<AnyReply>;

/** The client that ships, and somebody between it and the desk who loses, holds back or makes up answers. */
export class AlteredClient extends DeskClient {
  readonly #alter: Alter;

  constructor(policy: Policy, alter: Alter) {
    super({ policy: policy.desk, limits: { repeatAfterMs: [1, 2] }, environment: {} });
    this.#alter = alter;
  }

  override async ask<Name extends DeskOperationName>(
    name: Name,
    asked: Partial<DeskAsk<Name>>,
    options?: AskOptions,
  ): Promise<DeskReply<Name>> {
    const reply = await this.#alter(name, asked, () => super.ask(name, asked, options));
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- whoever makes up an answer answers what was asked
    return reply as DeskReply<Name>;
  }
}
