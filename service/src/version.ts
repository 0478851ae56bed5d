/** Version of drctl and the companion; the same as plugin.json's. */
export const VERSION = '0.1.0';
