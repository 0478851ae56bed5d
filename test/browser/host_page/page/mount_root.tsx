import type {ReactElement} from 'react';
import {createRoot} from 'react-dom/client';

export function mount(element: ReactElement, container: HTMLElement): void {
  createRoot(container).render(element);
}
