import { _t } from "@web/core/l10n/translation";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * A duration in days, hours, minutes and seconds, from the largest that is not zero on.
 *
 * @param {number} seconds whole, not negative
 * @param {Object} [options]
 * @param {boolean} [options.withSeconds] else the seconds show only when there is nothing larger
 * @returns {string} such as “4 d 23 h 59 min”
 */
export function formatDuration(seconds, { withSeconds = false } = {}) {
    const parts = [
        [Math.floor(seconds / DAY), (number) => _t("%s d", number)],
        [Math.floor((seconds % DAY) / HOUR), (number) => _t("%s h", number)],
        [Math.floor((seconds % HOUR) / MINUTE), (number) => _t("%s min", number)],
    ];
    if (withSeconds || seconds < MINUTE) {
        parts.push([seconds % MINUTE, (number) => _t("%s s", number)]);
    }
    const first = parts.findIndex(([number]) => number);
    return parts
        .slice(first)
        .map(([number, inWords]) => inWords(number))
        .join(" ");
}
