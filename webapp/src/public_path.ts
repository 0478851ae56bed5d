import {PLUGIN_ID} from './plugin_id.ts';

// Imported first of all: the lazy chunks lie where the server unpacks the bundle, also under a sub-path.
__webpack_public_path__ = `${window.basename ?? ''}/static/plugins/${PLUGIN_ID}/`;
