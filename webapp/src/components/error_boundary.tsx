import {Component, type ReactNode} from 'react';

type Props = {fallback: ReactNode; children: ReactNode};

/** React knows no other way than a class. Hosts before 11.9 have none of their own around plugin settings. */
export class ErrorBoundary extends Component<Props, {failed: boolean}> {
  override state = {failed: false};

  static getDerivedStateFromError(): {failed: boolean} {
    return {failed: true};
  }

  override render(): ReactNode {
    return this.state.failed ? this.props.fallback : this.props.children;
  }
}
