/** Theme variables as the web client sets them on the root element: its themes Denim and Onyx. */
const THEMES = {
  light: {
    'center-channel-bg': '#ffffff',
    'center-channel-bg-rgb': '255,255,255',
    'center-channel-color': '#3f4350',
    'center-channel-color-rgb': '63,67,80',
    'button-bg': '#1c58d9',
    'button-bg-rgb': '28,88,217',
    'button-color': '#ffffff',
    'link-color': '#386fe5',
    'error-text': '#d24b4e',
    'online-indicator': '#3db887',
    'away-indicator': '#ffbc1f',
    'dnd-indicator': '#d24b4e',
    'sidebar-bg': '#1e325c',
  },
  dark: {
    'center-channel-bg': '#191b1f',
    'center-channel-bg-rgb': '25,27,31',
    'center-channel-color': '#e3e4e8',
    'center-channel-color-rgb': '227,228,232',
    'button-bg': '#4a7ce8',
    'button-bg-rgb': '74,124,232',
    'button-color': '#ffffff',
    'link-color': '#5d89ea',
    'error-text': '#da6c6e',
    'online-indicator': '#3db887',
    'away-indicator': '#f5ab00',
    'dnd-indicator': '#d24b4e',
    'sidebar-bg': '#202228',
  },
} as const;

const PAGE_STYLE = `
  body { margin: 0; background: var(--center-channel-bg); color: var(--center-channel-color); font: 14px/20px "Open Sans", system-ui, "DejaVu Sans", sans-serif; }
  /* The real System Console gives every disclosure a bar of its own, at half the width. */
  .wrapper--fixed summary { display: block; width: 50%; padding: 12px; background: rgba(var(--center-channel-color-rgb), 0.08); list-style: none; }
  button, input, select { font-family: inherit; }
  .host-console { display: grid; grid-template-columns: 220px minmax(0, 1fr); min-height: 100vh; background: rgba(var(--center-channel-color-rgb), 0.04); }
  .host-sidebar { padding: 20px; background: var(--sidebar-bg); color: #fff; font-weight: 600; }
  .host-sidebar { display: flex; flex-direction: column; gap: 8px; align-items: start; }
  .host-sidebar button { padding: 0; border: 0; background: none; color: #fff; font: inherit; font-weight: 400; cursor: pointer; }
  .admin-console__header { padding: 18px 32px; border-bottom: 1px solid rgba(var(--center-channel-color-rgb), 0.12); background: var(--center-channel-bg); margin: 0; font-size: 20px; font-weight: 600; line-height: 28px; }
  .form-horizontal { padding: 24px 32px; }
  .host-enable { display: flex; gap: 20px; margin-bottom: 20px; }
  .host-save { padding: 12px 0; }
  @media (max-width: 860px) { .host-console { grid-template-columns: 1fr; } .host-sidebar { padding: 8px 32px; } }
`;

export function applyTheme(name: keyof typeof THEMES): void {
  for (const [variable, value] of Object.entries(THEMES[name])) {
    document.documentElement.style.setProperty(`--${variable}`, value);
  }
  document.documentElement.style.colorScheme = name;
  const style = document.createElement('style');
  style.textContent = PAGE_STYLE;
  document.head.append(style);
}
