export const PLUGIN_ID = 'disaster-recovery';
export const JOB_EVENT = `custom_${PLUGIN_ID}_job`;
