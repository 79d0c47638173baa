import { Component, type ReactNode } from 'react';

type Props = { readonly instead: ReactNode; readonly children: ReactNode };

/** A part that is loaded later may not come: the page lives on without it. React knows error boundaries as classes only. */
export class Unloadable extends Component<Props, { readonly failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { readonly failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    return this.state.failed ? this.props.instead : this.props.children;
  }
}
