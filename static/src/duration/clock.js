import { browser } from "@web/core/browser/browser";
import { onMounted, onWillUnmount } from "@odoo/owl";

const SECOND = 1000;

/** The one timer of the page: it runs while something counts. */
export const clock = {
    listeners: new Set(),

    add(listener) {
        this.listeners.add(listener);
        if (this.listeners.size === 1) {
            this.wait();
        }
    },

    remove(listener) {
        this.listeners.delete(listener);
        if (!this.listeners.size) {
            this.stop();
        }
    },

    /** Wait for the next full second, so that all change together and none drifts. */
    wait() {
        this.timer = browser.setTimeout(() => this.tick(), SECOND - (Date.now() % SECOND));
    },

    stop() {
        browser.clearTimeout(this.timer);
    },

    tick() {
        this.wait();
        for (const listener of [...this.listeners]) {
            listener();
        }
    },
};

/**
 * Call back each second while the component is on the page.
 *
 * @param {() => void} callback
 */
export function useEachSecond(callback) {
    onMounted(() => clock.add(callback));
    onWillUnmount(() => clock.remove(callback));
}
