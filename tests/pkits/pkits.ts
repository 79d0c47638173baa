import { hasPkits, judgeCase, PKITS_FOLDER, readCases } from './cases.ts';

/**
 * `npm run pkits`: NIST's 249 cases, judged by the profile rfc5280. Exits 0 when at least 247 are right and none is wrongly
 * accepted. docs/pki.md says which two are not, and why.
 */
const RIGHT_AT_LEAST = 247;

if (!hasPkits()) {
  process.stdout.write(`Left out: NIST's suite is not at ${PKITS_FOLDER}. Name its folder with PKITS_DIR.\n`);
  process.exitCode = 1;
} else {
  const results = readCases().map(judgeCase);
  const wrong = results.filter(({ expected, accepted }) => expected !== accepted);
  const wronglyAccepted = wrong.filter(({ accepted }) => accepted).length;
  const right = results.length - wrong.length;
  if (process.argv.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ cases: results.length, right, wronglyAccepted, wrong, results })}\n`);
  } else {
    for (const { id, title, accepted, reasons } of wrong) {
      process.stdout.write(
        `${accepted ? 'WRONGLY ACCEPTED' : 'wrongly refused'}  ${id}  ${title}: ${reasons.join('; ')}\n`,
      );
    }
    process.stdout.write(`${right} of ${results.length} right, ${wronglyAccepted} wrongly accepted\n`);
  }
  process.exitCode = right >= RIGHT_AT_LEAST && wronglyAccepted === 0 ? 0 : 1;
}
