package io.vmha.monitor;

import java.time.Duration;

/**
 * A probe that can tell why a look of its own has not returned yet: whether what it looks at is stuck, or is merely slow.
 *
 * <p>Without it a look that passes its deadline is a failure of the kind that its {@link Watch} names.
 */
public interface SilenceReader extends Probe {

    /**
     * Returns what it means that the look under way has taken so long. Called from another thread than {@link #check}, and never
     * waits for what that one waits for.
     */
    ProbeResult silence(Duration soFar);
}
