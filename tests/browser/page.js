/* What the other scripts of this folder need to know of the page: loaded before each of them. */
const PATIENCE = 20000;
// For so long nothing changes on a screen that is ready (ms).
const STILL = 40;

const { rpcBus } = odoo.loader.modules.get("@web/core/network/rpc");
const requests = new Set();
rpcBus.addEventListener("RPC:REQUEST", ({ detail }) => requests.add(detail.data.id));
rpcBus.addEventListener("RPC:RESPONSE", ({ detail }) => requests.delete(detail.data.id));

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
const frame = () => new Promise((done) => requestAnimationFrame(done));

async function until(condition, what) {
    const deadline = Date.now() + PATIENCE;
    while (!condition()) {
        if (Date.now() > deadline) {
            throw new Error(`waited for ${what}`);
        }
        await frame();
    }
}

/** Have what moves arrive: colors in the middle of a transition say nothing, and nobody looks at the way. */
function arrive() {
    for (const animation of document.getAnimations()) {
        if (Number.isFinite(animation.effect.getComputedTiming().endTime)) {
            animation.finish();
        }
    }
}

/** Nothing is loading, nothing moves, and nothing has changed for a moment. */
async function quiet() {
    await document.fonts.ready;
    let changed = performance.now();
    const observer = new MutationObserver(() => (changed = performance.now()));
    observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
    await until(() => {
        arrive();
        if (requests.size || document.querySelector(".o_blockUI")) {
            changed = performance.now();
        }
        return performance.now() - changed > STILL;
    }, "the screen to be loaded, and quiet");
    observer.disconnect();
}
