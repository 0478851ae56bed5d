/** How something stands; each has a color and a shape. */
export type Tone = 'good' | 'attention' | 'bad' | 'busy' | 'quiet';
