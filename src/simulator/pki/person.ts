/** Whom a test card belongs to. Nobody of these exists. */
export type Person = {
  readonly name: string;
  /** Twelve digits, printed on the card and in the certificate's subject (userId). */
  readonly uuid: string;
  /** User principal name, in the certificate's alternative names. */
  readonly upn: string;
  readonly email: string;
};

export const ADA: Person = {
  name: 'Ada Lindqvist',
  uuid: '555000000017',
  upn: '555000000017@ward.example',
  email: 'ada.lindqvist@ward.example',
};

export const BEN: Person = {
  name: 'Ben Okafor',
  uuid: '555000000025',
  upn: '555000000025@ward.example',
  email: 'ben.okafor@ward.example',
};
