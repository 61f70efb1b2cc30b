package io.vmha.detection;

import java.time.Instant;

/**
 * Says from when on the silence of one sender is to be suspected. Not thread-safe; the same calls give the same answers.
 *
 * <p>Moments may be given in any order: one that lies before an earlier one teaches nothing.
 */
public interface FailureDetector {

    /** Takes a heartbeat that arrived at that moment, by the receiver's clock. */
    void heartbeat(Instant at);

    /** Starts counting anew, as after a restart of the sender: the silence until that moment teaches nothing. */
    void restart(Instant at);

    /** From when on the sender is suspected if nothing more is heard of it. */
    Instant suspectedAt();
}
