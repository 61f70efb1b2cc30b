package io.vmha.docs;

import java.util.Map;
import java.util.Optional;

/**
 * What the blocks of a page are given.
 *
 * @param setting what its statements may name
 * @param standIns expressions of the test's in place of what the page says, such as the address of a server that the test has
 * @param onlyCompiled blocks that are not run, by a part of their text, with the reason
 */
record Wiring(Class<? extends Setting> setting, Map<String, String> standIns, Map<String, String> onlyCompiled) {
    static Wiring in(Class<? extends Setting> setting) {
        return new Wiring(setting, Map.of(), Map.of());
    }

    Wiring withStandIns(Map<String, String> expressions) {
        return new Wiring(setting, expressions, onlyCompiled);
    }

    Wiring compileOnly(String block, String reason) {
        return new Wiring(setting, standIns, Map.of(block, reason));
    }

    /** The text with the stand-ins in their places; lines stay lines. */
    String applyTo(String text) {
        String wired = text;
        for (Map.Entry<String, String> standIn : standIns.entrySet()) {
            wired = wired.replace(standIn.getKey(), standIn.getValue());
        }
        return wired;
    }

    Optional<String> whyNotRun(String text) {
        return onlyCompiled.entrySet().stream()
                .filter(block -> text.contains(block.getKey()))
                .map(Map.Entry::getValue)
                .findAny();
    }
}
