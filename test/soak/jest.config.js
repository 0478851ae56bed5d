import system from '../jest.config.js';

export default {...system, displayName: 'soak', roots: ['<rootDir>']};
