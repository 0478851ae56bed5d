import {startPage} from './page.ts';
import {createRequests} from './requests.ts';

startPage(createRequests(location.pathname), (address) => location.assign(address));
