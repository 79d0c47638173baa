import { bundle } from '../../build/bundle.ts';

export default async function setUp(): Promise<void> {
  await bundle();
}
