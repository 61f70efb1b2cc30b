package io.vmha.monitor.report;

import java.util.Optional;

/**
 * What to answer to a message. Immutable.
 *
 * @param status the HTTP status: {@value #TAKEN} where it was taken in, {@value #STALE} and {@value #UNKNOWN_VM} for the outcomes of
 *     these names, {@value #NOT_NOW} where it may be tried again, otherwise that of a {@link Refusal}
 * @param signature the value of the header {@value #HEADER}, where the sender may rely on the status
 */
public record ReceiverAnswer(int status, Optional<String> signature) {
    /** The header that the signature is sent in. */
    public static final String HEADER = "Vmha-Answer";

    /** A heartbeat was heard, or a report is written down. */
    public static final int TAKEN = 200;

    /** A report is of the outcome {@link ReportOutcome#STALE}. */
    public static final int STALE = 410;

    /** A report is of the outcome {@link ReportOutcome#UNKNOWN_VM}. */
    public static final int UNKNOWN_VM = 422;

    /** A message may be tried again. */
    public static final int NOT_NOW = 503;

    /** Whether the message was genuine: whatever its answer is, it came from a holder of the key. */
    boolean isGenuine() {
        return signature.isPresent() || status == NOT_NOW;
    }

    static ReceiverAnswer signed(int status, String signature) {
        return new ReceiverAnswer(status, Optional.of(signature));
    }

    static ReceiverAnswer refused(Refusal refusal) {
        return new ReceiverAnswer(refusal.status(), Optional.empty());
    }

    static ReceiverAnswer notNow() {
        return new ReceiverAnswer(NOT_NOW, Optional.empty());
    }
}
