import { useEffect, useRef } from 'react';
import licences from './licences.json';

/** Each work with its terms folded away. */
export default function LicenceList() {
  const list = useRef<HTMLUListElement>(null);
  // The button that asked for the list is gone: the focus goes to what came for it.
  useEffect(() => list.current?.focus(), []);
  return (
    <ul ref={list} className="wk-licences__list" tabIndex={-1} aria-labelledby="licences">
      {licences.map(({ name, version, licence, text }) => (
        <li key={`${name} ${version}`}>
          <details className="wk-licence">
            <summary className="wk-licence__name">
              {name} {version} ({licence})
            </summary>
            <p className="wk-licence__text" lang="en">
              {text}
            </p>
          </details>
        </li>
      ))}
    </ul>
  );
}
