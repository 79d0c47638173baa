export const about = {
  what: 'Mae Wardkey yn gofalu am eich cerdyn clyfar ar y cyfrifiadur hwn. Mae’n dweud wrthych a yw eich cerdyn yn iawn, yn eich mewngofnodi, ac yn gweithredu pan fyddwch yn tynnu’r cerdyn allan.',
  version: 'Fersiwn',
  window: 'Ffenestr',
  host: { electron: 'Ei ffenestr ei hun', browser: 'Ffenestr porwr' },
  organisation: 'Sefydliad',
  privacy: 'Dim ond i’ch cerdyn mae eich cod pas yn mynd. Nid yw Wardkey yn ei gadw.',
  licences: 'Y feddalwedd y gwnaed Wardkey ohoni',
  licencesIntro:
    'Mae Wardkey wedi’i adeiladu â gwaith pobl eraill. Dyma eu telerau, yn yr iaith yr ysgrifennwyd nhw ynddi.',
  showLicences: 'Dangos y trwyddedau',
  loading: 'Yn llwytho’r trwyddedau',
  failed: 'Nid oedd modd llwytho’r trwyddedau. Caewch y ffenestr hon a’i hagor eto.',
} as const;
