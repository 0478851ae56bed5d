declare module '*.css' {
  const text: string;
  export default text;
}

declare let __webpack_public_path__: string;

interface Window {
  basename?: string;
  registerPlugin(id: string, plugin: object): void;
}
