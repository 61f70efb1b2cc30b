package io.vmha.center.journal;

import io.vmha.center.config.AutomationLevel;
import java.util.Optional;

/**
 * What operators chose while the center ran; it survives restarts. Immutable.
 *
 * @param isPaused whether nothing is decided and started
 * @param automation what is done without approval; empty where the configuration says it
 */
public record CenterSettings(boolean isPaused, Optional<AutomationLevel> automation) {
    /** Not paused, and as the configuration says. */
    public static CenterSettings defaults() {
        return new CenterSettings(false, Optional.empty());
    }
}
