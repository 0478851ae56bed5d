import {createContext} from 'react';

/**
 * What the page has seen of the other side, so that a failure does not outlive its cause. Times are of the browser's clock.
 * `goodAt`: the last time that all was as it should be. `backAt`: when it became so again after it was not.
 */
export type GoodAnswers = {goodAt: number; backAt: number; lookAgain(): void};

export const GoodAnswersContext = createContext<GoodAnswers>({goodAt: 0, backAt: 0, lookAgain: () => undefined});
