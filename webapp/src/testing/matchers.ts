import '@testing-library/jest-dom/jest-globals';
import {configure} from '@testing-library/react';

// What is waited for comes, or the test has failed; a second is short on a machine that does other things as well.
configure({asyncUtilTimeout: 20_000});
