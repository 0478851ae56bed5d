export {openBrowser, type OpenBrowser} from './browser.ts';
export {startHostPage, type CannedApi, type HostPage, type HostPageOptions} from './host_page/host_page.ts';
