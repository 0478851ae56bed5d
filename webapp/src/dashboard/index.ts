// React.lazy wants a default export.
export {DashboardPage as default} from './dashboard_page.tsx';
