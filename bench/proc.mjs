// What Linux knows of this process.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const kilobytes = (key) => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))[1]);

/** Resident memory in MB. */
export const residentMegabytes = () => kilobytes('VmRSS') / 1024;
/** The most resident memory since the start or the last `resetPeak`, in MB. */
export const peakMegabytes = () => kilobytes('VmHWM') / 1024;
export const resetPeak = () => writeFileSync('/proc/self/clear_refs', '5');
export const threads = () => readdirSync('/proc/self/task').length;
