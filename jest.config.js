export default {projects: ['contract', 'service', 'webapp', 'test'].map((name) => `<rootDir>/${name}`)};
