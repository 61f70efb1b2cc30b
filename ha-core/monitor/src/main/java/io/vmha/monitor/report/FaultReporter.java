package io.vmha.monitor.report;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Tells one or more management centers about the virtual machine that it speaks for. Test one of your own with
 * {@code FaultReporterContractTest}, in the test jar of {@code ha-monitor}.
 *
 * <p>Thread-safe. Its methods neither wait for a center nor mind that their thread is interrupted, which it still is afterwards. They
 * throw only what a reporter throws that was closed. A center that was silent is told again once it answers.
 *
 * <p>Stages are never null and end with true or false, never with an exception, within a time that the implementation bounds. What is
 * chained to one may run on the reporter's own thread, and must not block.
 */
public interface FaultReporter {

    /**
     * Sends a report. Returns without waiting for an answer.
     *
     * @param kind what is wrong
     * @param detail what was seen, for people: any text, cut and cleaned as the message asks for
     * @param observedAt when it was seen, by this machine's clock
     * @return whether a center confirmed it; false where none has answered in time, or all refused
     */
    CompletionStage<Boolean> report(GuestFault kind, String detail, Instant observedAt);

    /**
     * Sends an advisory: of a fault that nothing is to be done about but to tell people. Returns without waiting for an answer. By
     * default nothing is sent.
     *
     * @param kind what is wrong
     * @param detail what was seen, for people: any text, cut and cleaned as the message asks for
     * @param observedAt when it was seen, by this VM's clock
     * @return whether a center confirmed it; false where none has answered in time, or all refused
     */
    default CompletionStage<Boolean> advise(GuestFault kind, String detail, Instant observedAt) {
        return CompletableFuture.completedFuture(false);
    }

    /** Says that the monitor lives. Returns without waiting; one that is lost is not sent again. */
    void heartbeat();
}
