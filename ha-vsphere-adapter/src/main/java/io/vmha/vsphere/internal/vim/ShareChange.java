package io.vmha.vsphere.internal.vim;

/**
 * A change of a machine's CPU shares, with a marking in its configuration.
 *
 * @param level {@code low}, {@code normal}, {@code high} or {@code custom}
 * @param shares how many, where the level is {@code custom}
 * @param key the key of the marking
 * @param value the value of the marking; empty takes it away
 */
public record ShareChange(String level, long shares, String key, String value) {

    // The schema fixes the order of the elements.
    void write(XmlWriter xml) {
        xml.element("spec", spec -> {
            spec.element(
                    "cpuAllocation",
                    cpu -> cpu.element(
                            "shares", one -> one.number("shares", shares).text("level", level)));
            spec.element("extraConfig", extra -> extra.text("key", key).anyString("value", value));
        });
    }
}
