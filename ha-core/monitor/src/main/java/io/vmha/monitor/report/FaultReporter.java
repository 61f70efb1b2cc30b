package io.vmha.monitor.report;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Tells one or more management centers about the virtual machine that it speaks for. Thread-safe. */
public interface FaultReporter {

    /**
     * Sends a report. Returns without waiting for an answer.
     *
     * @param kind what is wrong
     * @param detail what was seen, for people
     * @param observedAt when it was seen, by this machine's clock
     * @return whether a center confirmed it; ends within a time that the implementation bounds
     */
    CompletionStage<Boolean> report(GuestFault kind, String detail, Instant observedAt);

    /**
     * Sends an advisory: of a fault that nothing is to be done about but to tell people. Returns without waiting for an answer. By
     * default nothing is sent.
     *
     * @param kind what is wrong
     * @param detail what was seen, for people
     * @param observedAt when it was seen, by this VM's clock
     * @return whether a center confirmed it; ends within a time that the implementation bounds
     */
    default CompletionStage<Boolean> advise(GuestFault kind, String detail, Instant observedAt) {
        return CompletableFuture.completedFuture(false);
    }

    /** Says that the monitor lives. Returns without waiting; one that is lost is not sent again. */
    void heartbeat();
}
