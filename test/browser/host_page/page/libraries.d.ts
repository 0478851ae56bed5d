declare module 'luxon';
declare module 'prop-types';
declare module 'react-router-dom';
declare module 'host-page-mount' {
  export function mount(element: import('react').ReactElement, container: HTMLElement): void;
}
