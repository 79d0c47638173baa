declare module '*.svg' {
  /** Where the page finds the picture. */
  const address: string;
  export default address;
}
declare module '*.scss';
