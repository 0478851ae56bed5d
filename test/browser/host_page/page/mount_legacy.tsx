import type {ReactElement} from 'react';
import ReactDOM from 'react-dom';

/** React 17, as in web clients up to 11.0. */
export function mount(element: ReactElement, container: HTMLElement): void {
  (ReactDOM as unknown as {render(element: ReactElement, container: HTMLElement): void}).render(element, container);
}
