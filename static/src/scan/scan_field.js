import { scanBarcode } from "@web/core/barcode/barcode_dialog";
import { isBarcodeScannerSupported } from "@web/core/barcode/barcode_video_scanner";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { CharField, charField } from "@web/views/fields/char/char_field";

/**
 * A code that is typed, read by a scanner that acts as a keyboard, or by the camera. Enter takes it; what was not
 * understood stays, selected, so that the next scan overwrites it.
 */
export class ScanField extends CharField {
    static template = "payg_control_unit.ScanField";

    setup() {
        super.setup();
        this.hasCamera = isBarcodeScannerSupported();
    }

    onKeydown(ev) {
        if (ev.key === "Enter") {
            this.input.el.select();
        }
    }

    async onCamera() {
        const code = await scanBarcode(this.env);
        if (code) {
            await this.props.record.update({ [this.props.name]: code });
        }
    }
}

registry.category("fields").add("payg_scan", {
    ...charField,
    component: ScanField,
    displayName: _t("Scan"),
    supportedTypes: ["char"],
});
