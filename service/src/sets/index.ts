export {openManifest, sealManifest, summaryOf} from './manifest.ts';
export {createSets, MANIFEST_FILE, setTags, type Sets, type Unreadable} from './sets.ts';
