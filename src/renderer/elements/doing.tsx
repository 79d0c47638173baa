/** Says that something is being done, where the page itself stays as it is. */
export function Doing({ says }: { says: string | null }) {
  return (
    <div className="wk-doing" role="status">
      {says !== null && (
        <>
          <progress className="wk-progress" aria-label={says} />
          <p>{says}</p>
        </>
      )}
    </div>
  );
}
