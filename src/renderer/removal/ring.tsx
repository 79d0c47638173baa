const RADIUS = 54;
const LENGTH = 2 * Math.PI * RADIUS;

/** The time left as a ring that empties, with the seconds in it. @param share 1 full, 0 empty */
export function Ring({ share, seconds }: { share: number; seconds: number }) {
  return (
    <svg className="wk-ring" viewBox="0 0 120 120" aria-hidden="true">
      <circle className="wk-ring__ground" cx="60" cy="60" r={RADIUS} />
      <circle
        className="wk-ring__left"
        cx="60"
        cy="60"
        r={RADIUS}
        strokeDasharray={LENGTH}
        strokeDashoffset={LENGTH * (1 - share)}
        transform="rotate(-90 60 60)"
      />
      <text className="wk-ring__seconds" x="60" y="60" textAnchor="middle" dominantBaseline="central">
        {seconds}
      </text>
    </svg>
  );
}
