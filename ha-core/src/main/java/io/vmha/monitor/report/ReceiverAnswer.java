package io.vmha.monitor.report;

import java.util.Optional;

/**
 * What to answer to a message. Immutable.
 *
 * @param status the HTTP status: 200 where it was taken in, 503 where it may be tried again, otherwise that of a {@link Refusal}
 * @param confirmation the value of the header {@value #HEADER}, where it was taken in
 */
public record ReceiverAnswer(int status, Optional<String> confirmation) {
    /** The header that the confirmation is sent in. */
    public static final String HEADER = "Vmha-Confirmation";

    /** Whether the message was genuine: whatever its answer is, it came from a holder of the key. */
    boolean isGenuine() {
        return status == 200 || status == 503;
    }

    static ReceiverAnswer confirmed(String confirmation) {
        return new ReceiverAnswer(200, Optional.of(confirmation));
    }

    static ReceiverAnswer refused(Refusal refusal) {
        return new ReceiverAnswer(refusal.status(), Optional.empty());
    }

    static ReceiverAnswer notNow() {
        return new ReceiverAnswer(503, Optional.empty());
    }
}
