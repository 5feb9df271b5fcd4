/* What the other scripts of this folder need to know of the page: loaded before each of them. */
const PATIENCE = 20000;

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

async function until(condition, what) {
    const deadline = Date.now() + PATIENCE;
    while (!condition()) {
        if (Date.now() > deadline) {
            throw new Error(`waited for ${what}`);
        }
        await pause(50);
    }
}

/** Nothing is loading, and nothing moves: colors in the middle of a transition say nothing. */
async function quiet() {
    await until(() => !document.querySelector(".o_blockUI, .o_loading_indicator"), "the screen to be loaded");
    await document.fonts.ready;
    await pause(150);
    await until(() => document.getAnimations().every((animation) => animation.playState !== "running"), "quiet");
}
